// The log: one line an event, on standard error, as text, with journald priorities, or as JSON.
#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace poller {

enum class LogLevel { trace, debug, info, warning, error };
enum class LogFormat { text, json };

struct LogField {
  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  template <class T>
  LogField(std::string_view k, const T& v) : key(k), value(fmt::to_string(v)) {}
  std::string_view key;
  std::string value;
};

namespace log {

void set_level(LogLevel level) noexcept;
void set_format(LogFormat format) noexcept;
bool enabled(LogLevel level) noexcept;

/// Writes one line. Control characters in the message and the values are escaped; nothing is cut. Text leaves out what
/// is empty. Example: log::info("mail stored", {{"mailbox", name}, {"uid", uid}, {"ticket", id}});
void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

/// What whoever started the program is to read, such as the error it ends with: text as it stands ("poller: …"), the
/// advice on a line of its own; in the journal with a priority. JSON is one line of the log, which alone has the
/// fields.
void say(LogLevel level, std::string_view line, std::string_view advice = {},
         std::initializer_list<LogField> fields = {});

inline void debug(std::string_view m, std::initializer_list<LogField> f = {}) { write(LogLevel::debug, m, f); }
inline void info(std::string_view m, std::initializer_list<LogField> f = {}) { write(LogLevel::info, m, f); }
inline void warning(std::string_view m, std::initializer_list<LogField> f = {}) { write(LogLevel::warning, m, f); }
inline void error(std::string_view m, std::initializer_list<LogField> f = {}) { write(LogLevel::error, m, f); }

/// Called before a line is written and after it, so that a progress bar can step aside. Null for none.
struct Interlude {
  virtual ~Interlude() = default;
  virtual void hide() = 0;
  virtual void show() = 0;
};
void set_interlude(Interlude* interlude) noexcept;

}  // namespace log
}  // namespace poller
