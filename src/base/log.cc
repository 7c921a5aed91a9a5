#include "base/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <mutex>

#include "base/clock.h"
#include "base/text.h"

namespace poller::log {
namespace {

std::atomic<LogLevel> threshold{LogLevel::info};
std::atomic<LogFormat> output_format{LogFormat::text};
std::mutex output_mutex;
Interlude* current_interlude = nullptr;

const char* word(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
      return "trace";
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

// sd-daemon(3): a "<N>" prefix sets the priority of a line on standard error.
const char* journald_priority(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
    case LogLevel::debug:
      return "<7>";
    case LogLevel::info:
      return "<6>";
    case LogLevel::warning:
      return "<4>";
    case LogLevel::error:
      return "<3>";
  }
  return "<3>";
}

// systemd.exec(5): $JOURNAL_STREAM also reaches what a service starts with another standard error, such as a terminal.
bool to_journal() {
  static const bool yes = [] {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat st {};
    return stream != nullptr && ::fstat(STDERR_FILENO, &st) == 0 &&
           fmt::format("{}:{}", st.st_dev, st.st_ino) == stream;
  }();
  return yes;
}

std::string as_json(LogLevel level, std::string_view message, std::initializer_list<LogField> fields,
                    std::string_view advice = {}) {
  std::string line = fmt::format(R"({{"time":"{}","level":"{}","msg":{})", rfc3339(system_clock().unix_now()),
                                 word(level), text::json_string(message));
  if (!advice.empty()) line += fmt::format(",\"advice\":{}", text::json_string(advice));
  for (const auto& f : fields) line += fmt::format(",{}:{}", text::json_string(f.key), text::json_string(f.value));
  return line + "}\n";
}

std::string as_text(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  std::string line = to_journal() ? std::string(journald_priority(level))
                                  : fmt::format("{} {:<7} ", rfc3339(system_clock().unix_now()), word(level));
  line += text::escape_controls(message);
  for (const auto& f : fields) {
    if (f.value.empty()) continue;  // says nothing to a reader; programs read the other format
    const bool bare = f.value.find_first_of(" \"=\\") == std::string::npos;
    const std::string value = text::escape_controls(f.value);
    line += bare ? fmt::format(" {}={}", f.key, value) : fmt::format(" {}={}", f.key, text::json_string(f.value));
  }
  return line + "\n";
}

void put(const std::string& line) {
  const std::lock_guard lock(output_mutex);
  if (current_interlude != nullptr) current_interlude->hide();
  for (std::size_t done = 0; done < line.size();) {
    const ssize_t n = ::write(STDERR_FILENO, line.data() + done, line.size() - done);
    if (n <= 0) break;  // nobody listens: a log line is no reason to stop
    done += static_cast<std::size_t>(n);
  }
  if (current_interlude != nullptr) current_interlude->show();
}

}  // namespace

void set_level(LogLevel level) noexcept { threshold = level; }
void set_format(LogFormat format) noexcept { output_format = format; }
bool enabled(LogLevel level) noexcept { return level >= threshold.load(); }
void set_interlude(Interlude* interlude) noexcept {
  const std::lock_guard lock(output_mutex);
  current_interlude = interlude;
}

void say(LogLevel level, std::string_view line, std::string_view advice, std::initializer_list<LogField> fields) {
  if (output_format == LogFormat::json) {
    constexpr std::string_view kProgram = "poller: ";
    if (line.starts_with(kProgram)) line.remove_prefix(kProgram.size());
    put(as_json(level, line, fields, advice));
    return;
  }
  const char* priority = to_journal() ? journald_priority(level) : "";
  put(fmt::format("{}{}\n", priority, line));
  if (!advice.empty()) put(fmt::format("{}        {}\n", priority, advice));
}

void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (!enabled(level)) return;
  const std::string line =
      output_format == LogFormat::json ? as_json(level, message, fields) : as_text(level, message, fields);
  put(line);
}

}  // namespace poller::log
