// `poller save`: attachments, and raw mails, to files.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/lookup.h"
#include "parsers/attachment_bytes.h"
#include "parsers/file_name.h"

namespace poller::cli {
namespace {

namespace fs = std::filesystem;

struct SaveOptions {
  std::vector<std::string> attachments;
  std::string raw_message;
  std::string folder = ".";
};

// Never over a file that is there: "name (2).pdf", and never through a link that waits there.
std::pair<int, fs::path> create_new(const fs::path& folder, const std::string& name) {
  const fs::path base(name);
  for (int n = 1; n < 10000; ++n) {
    const std::string unique =
        n == 1 ? name : fmt::format("{} ({}){}", base.stem().string(), n, base.extension().string());
    const fs::path path = folder / unique;
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0) return {fd, path};
    if (errno != EEXIST) {
      throw Error(ErrorKind::storage, fmt::format("cannot create {}: {}", path.string(), std::strerror(errno)));
    }
  }
  throw Error(ErrorKind::storage, fmt::format("{}: too many files of that name", name));
}

class OutputFile {
 public:
  OutputFile(const fs::path& folder, const std::string& name) { std::tie(fd_, path_) = create_new(folder, name); }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  void write(std::string_view block) {
    while (!block.empty()) {
      const ssize_t n = ::write(fd_, block.data(), block.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0)
        throw Error(ErrorKind::storage, fmt::format("cannot write {}: {}", path_.string(), std::strerror(errno)));
      block.remove_prefix(static_cast<std::size_t>(n));
      size_ += static_cast<std::uint64_t>(n);
    }
  }
  [[nodiscard]] const fs::path& path() const { return path_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  int fd_ = -1;
  fs::path path_;
  std::uint64_t size_ = 0;
};

std::string raw_or_throw(Store& store, const std::string& sha256, const std::string& what) {
  if (!sha256.empty()) {
    if (auto bytes = store.raw(sha256)) return std::move(*bytes);
  }
  throw Error(ErrorKind::usage, fmt::format("{}: its bytes are not here", what),
              "Notes have none; after retention.raw they have been removed.");
}

void report(const Context& context, const OutputFile& file, const std::string& id) {
  if (context.globals.json) {
    print_line(to_line({{"id", std::stoll(id)}, {"file", file.path().string()}, {"size", file.size()}}));
  } else {
    print_line(text::escape_controls(file.path().string()));
  }
}

void save_attachment(Context& context, const std::string& argument, const fs::path& folder) {
  Store& store = context.store_read_only();
  const auto ref = store.attachment(parse_id(argument, "attachment id"));
  if (!ref)
    throw Error(ErrorKind::usage, fmt::format("there is no attachment {}", argument),
                "`poller show TICKET` lists them.");
  const std::string raw = raw_or_throw(store, ref->raw_sha256, "attachment " + argument);
  const std::string name =
      ref->attachment.filename.value_or(made_up_file_name(ref->attachment.content_type, static_cast<int>(ref->id)));
  OutputFile out(folder, portable_file_name(name));
  decode_attachment(raw, ref->attachment.locator, [&out](std::string_view block) { out.write(block); });
  report(context, out, argument);
}

void save_raw(Context& context, const std::string& argument, const fs::path& folder) {
  Store& store = context.store_read_only();
  const MessageId id = parse_id(argument, "message id");
  const std::string raw = raw_or_throw(store, store.message_raw_sha256(id), "message " + argument);
  OutputFile out(folder, fmt::format("message-{}.eml", id));
  out.write(raw);
  report(context, out, argument);
}

}  // namespace

void add_save(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("save", "Write attachments, or a message's original bytes, to files");
  auto options = std::make_shared<SaveOptions>();
  command->add_option("ATTACHMENT", options->attachments, "Attachment ids, as `show` prints them");
  command->add_option("--raw", options->raw_message, "The original bytes of this message")->type_name("MESSAGE");
  command->add_option("-o,--output", options->folder, "Folder to write into (default: here)")->type_name("DIR");
  command->callback([&context, options] {
    context.action = [&context, options] {
      context.apply_logging("warning");
      if (options->attachments.empty() && options->raw_message.empty()) {
        throw Error(ErrorKind::usage, "nothing to save", "Name attachment ids, or --raw MESSAGE.");
      }
      fs::create_directories(options->folder);
      if (!options->raw_message.empty()) save_raw(context, options->raw_message, options->folder);
      for (const auto& id : options->attachments) save_attachment(context, id, options->folder);
      return ExitCode::ok;
    };
  });
}

}  // namespace poller::cli
