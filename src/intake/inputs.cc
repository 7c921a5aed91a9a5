#include "intake/inputs.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>

#include "base/error.h"
#include "base/safe_file.h"
#include "base/text.h"
#include "parsers/mbox.h"

namespace poller {
namespace {

namespace fs = std::filesystem;

std::string read_standard_input(std::size_t max_bytes) {
  std::string out;
  char buffer[65536];
  for (;;) {
    const ssize_t n = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw Error(ErrorKind::no_input, fmt::format("cannot read standard input: {}", std::strerror(errno)));
    if (n == 0) return out;
    out.append(buffer, static_cast<std::size_t>(n));
    if (out.size() > max_bytes) throw Error(ErrorKind::limit, "standard input is too large");
  }
}

bool is_maildir(const fs::path& path) { return fs::is_directory(path / "cur") && fs::is_directory(path / "new"); }

class InputReader {
 public:
  InputReader(const InputOptions& options, const std::function<bool(InputMail&&)>& visit,
              const std::function<void(const InputProblem&)>& problem)
      : options_(options), visit_(visit), problem_(problem) {}

  bool path(const std::string& given) {
    if (given == "-") return guarded("-", [&] { return visit_({"-", read_standard_input(options_.max_bytes)}); });
    std::error_code error;
    const auto status = fs::status(given, error);
    if (!fs::exists(status)) {
      problem_({given, ErrorKind::no_input, fmt::format("{}: no such file", given)});
      return true;
    }
    return fs::is_directory(status) ? folder(given) : file(given);
  }

 private:
  bool guarded(const std::string& name, const std::function<bool()>& work) {
    try {
      return work();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::configuration) throw;  // this machine's fault, not the file's
      problem_({name, ErrorKind::no_input, error.what()});
    } catch (const fs::filesystem_error& error) {
      problem_({name, ErrorKind::no_input, error.what()});
    }
    return true;
  }

  bool folder(const std::string& given) {
    return guarded(given, [&] {
      if (is_maildir(given)) return entries(fs::path(given) / "new", false) && entries(fs::path(given) / "cur", false);
      return entries(given, true);
    });
  }

  // A drop folder may hold notes beside the mails: there only .eml and .mbox count, below it too.
  bool entries(const fs::path& where, bool by_extension) {
    std::vector<fs::path> names;
    for (const auto& entry : fs::directory_iterator(where)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with('.')) continue;
      const bool wanted =
          !by_extension || entry.is_directory() || text::iends_with(name, ".eml") || text::iends_with(name, ".mbox");
      if (wanted && (entry.is_regular_file() || (by_extension && entry.is_directory()))) names.push_back(entry.path());
    }
    std::sort(names.begin(), names.end());
    return std::all_of(names.begin(), names.end(),
                       [&](const fs::path& p) { return fs::is_directory(p) ? folder(p.string()) : file(p.string()); });
  }

  bool file(const std::string& given) {
    return guarded(given, [&] {
      std::string bytes = read_file(given, options_.max_bytes);
      const bool mbox = text::iends_with(given, ".mbox") || (options_.sniff_mbox && bytes.starts_with("From "));
      if (!mbox) return visit_({given, std::move(bytes)});
      const auto mails = split_mbox(bytes);
      if (mails.empty()) return visit_({given, std::move(bytes)});
      for (std::size_t i = 0; i < mails.size(); ++i) {
        if (!visit_({fmt::format("{}#{}", given, i + 1), std::string(mails[i])})) return false;
      }
      return true;
    });
  }

  const InputOptions& options_;
  const std::function<bool(InputMail&&)>& visit_;
  const std::function<void(const InputProblem&)>& problem_;
};

}  // namespace

void read_inputs(const std::vector<std::string>& paths, const InputOptions& options,
                 const std::function<bool(InputMail&&)>& visit,
                 const std::function<void(const InputProblem&)>& problem) {
  InputReader reader(options, visit, problem);
  for (const auto& path : paths) {
    if (!reader.path(path)) return;
  }
}

}  // namespace poller
