#include "mailbox/directory/directory.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "base/safe_file.h"
#include "base/steps.h"
#include "base/text.h"
#include "mailbox/directory/folder_watch.h"

namespace poller {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kRested{10};  // another user's file that nobody has written to for so long is whole

// The Maildir name without its ":2,FLAGS".
std::string unique_part(const std::string& name) { return name.substr(0, name.find(":2,")); }

std::string with_seen(const std::string& name) {
  std::string flags;
  const std::size_t at = name.find(":2,");
  if (at != std::string::npos) flags = name.substr(at + 3);
  if (flags.find('S') == std::string::npos) flags += 'S';
  std::sort(flags.begin(), flags.end());
  return unique_part(name) + ":2," + flags;
}

// A file has no header-only fetch: what is over the limit is read up to the end of its header block.
std::string header_block(const fs::path& file) {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(ErrorKind::no_input, fmt::format("cannot read {}", file.string()));
  std::string bytes(kMost, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(kMost));
  if (in.bad()) throw Error(ErrorKind::no_input, fmt::format("cannot read {}", file.string()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  const std::size_t crlf = bytes.find("\r\n\r\n");
  const std::size_t lf = bytes.find("\n\n");
  bytes.resize(
      std::min({bytes.size(), crlf == std::string::npos ? kMost : crlf + 4, lf == std::string::npos ? kMost : lf + 2}));
  return bytes;
}

class DirectoryMailbox final : public Mailbox {
 public:
  DirectoryMailbox(std::string name, fs::path path) : name_(std::move(name)), path_(std::move(path)) {}

  void open(bool /*read_only*/) override {
    if (!fs::is_directory(path_)) {
      throw Error(ErrorKind::configuration, fmt::format("mailbox {}: {} is no folder", name_, path_.string()),
                  "Create the folder, or correct `path`.");
    }
    maildir_ = fs::is_directory(path_ / "cur") && fs::is_directory(path_ / "new");
    // Before the first listing, so that nothing comes in between unseen.
    (void)watch_.open(maildir_ ? std::vector<fs::path>{path_ / "new", path_ / "cur"} : std::vector<fs::path>{path_});
  }

  [[nodiscard]] FolderInfo folder() const override {
    FolderInfo info;
    info.name = path_.string();
    return info;
  }

  std::vector<Listed> list(const ListRequest& /*request*/) override {
    files_.clear();
    (void)watch_.take_news();  // what was told until now is in this listing
    std::vector<Listed> out;
    if (maildir_) {
      scan(path_ / "new", out);
      scan(path_ / "cur", out);
    } else {
      scan(path_, out);
    }
    return out;
  }

  void fetch(std::span<const Listed> mails, const FetchOptions& options, const MailSink& sink) override {
    for (const auto& listed : mails) {
      const auto file = locate(listed.source.uidl);
      if (!file) continue;  // taken away meanwhile
      RawMail raw;
      raw.source = listed.source;
      raw.seen = listed.seen;
      raw.file = file->string();
      if (!read(*file, options.max_size, raw)) continue;
      if (!sink(std::move(raw))) return;
    }
  }

  void settle(std::span<const SourceKey> mails, const SettleAction& action) override {
    for (const auto& key : mails) {
      if (const auto file = locate(key.uidl)) settle_one(*file, action);
    }
    // Only then may the ledger call them settled: it would never look at a file again that a power loss brought back.
    for (const auto& folder : std::exchange(changed_, {})) sync_folder(folder);
  }

  bool wait(std::chrono::milliseconds /*timeout*/) override { return false; }
  bool begin_watch() override { return watch_.descriptor() >= 0; }
  bool has_news() override {
    const bool news = watch_.take_news();
    if (watch_.is_lost()) throw Error(ErrorKind::temporary, path_.string() + " is another folder now");
    return news;
  }
  [[nodiscard]] int descriptor() const override { return watch_.descriptor(); }
  void close() noexcept override { watch_.close(); }

 private:
  void scan(const fs::path& folder, std::vector<Listed>& out) {
    std::vector<fs::path> found;
    try {
      for (const auto& entry : fs::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with('.') || !entry.is_regular_file()) continue;
        // In a Maildir a mail appears when it is whole; elsewhere its writer may still be at it.
        if (maildir_ || (text::iends_with(name, ".eml") && is_finished(entry.path()))) found.push_back(entry.path());
      }
    } catch (const fs::filesystem_error& error) {
      throw Error(ErrorKind::temporary, fmt::format("mailbox {}: {}", name_, error.what()));
    }
    std::sort(found.begin(), found.end());
    for (const auto& file : found) {
      watch_.forget_finished(file.filename().string());  // should somebody write to it again
      Listed listed;
      listed.source.mailbox = name_;
      listed.source.folder = path_.string();
      listed.source.uidl = key_of(file, listed.size);
      listed.seen = maildir_ && file.filename().string().find(":2,") != std::string::npos &&
                    file.filename().string().find('S', file.filename().string().find(":2,") + 3) != std::string::npos;
      files_[listed.source.uidl] = file;
      out.push_back(std::move(listed));
    }
  }

  // Of another user's file only a watch that was there has seen its writer close it.
  bool is_finished(const fs::path& file) const {
    if (const auto written = is_being_written(file)) return !*written;
    struct stat st {};
    return watch_.saw_finished(file.filename().string()) || ::stat(file.c_str(), &st) != 0 ||
           std::abs(std::time(nullptr) - st.st_mtim.tv_sec) >= kRested.count();
  }

  std::string key_of(const fs::path& file, std::optional<std::uint64_t>& size) const {
    struct stat st {};
    if (::stat(file.c_str(), &st) == 0) size = static_cast<std::uint64_t>(st.st_size);
    const std::string name = file.filename().string();
    if (maildir_) return unique_part(name);
    return fmt::format("{};{};{}.{}", name, st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
  }

  // Where the mail lies now: a mail reader may have moved it from new to cur, or changed its flags.
  std::optional<fs::path> locate(const std::string& key) {
    const auto known = files_.find(key);
    if (known != files_.end() && fs::exists(known->second)) return known->second;
    list({});
    const auto again = files_.find(key);
    return again == files_.end() ? std::nullopt : std::optional(again->second);
  }

  // False where there are no bytes to give: it is gone, or cannot be read, and stays in hand for the next passes. An
  // empty mail in its place would be stored, and the file then deleted.
  bool read(const fs::path& file, std::uint64_t max_size, RawMail& raw) const {
    std::error_code error;
    raw.announced_size = fs::file_size(file, error);
    if (error) return false;
    try {
      if (raw.announced_size > max_size) {
        raw.bytes = header_block(file);
        raw.complete = false;
      } else {
        raw.bytes = read_file(file, static_cast<std::size_t>(max_size));
      }
    } catch (const Error& e) {
      if (fs::exists(file)) {
        log::warning(e.what(), {{"mailbox", name_}, {"advice", "Let poller's user read the file, or take it away."}});
      }
      return false;
    }
    return true;
  }

  void settle_one(const fs::path& file, const SettleAction& action) {
    switch (action.what) {
      case SettleAction::What::keep:
        return;
      case SettleAction::What::seen:
        if (maildir_) rename(file, path_ / "cur" / with_seen(file.filename().string()));
        return;
      case SettleAction::What::remove:
        step("file unlink");
        if (::unlink(file.c_str()) != 0 && errno != ENOENT) {
          throw Error(ErrorKind::temporary, fmt::format("cannot delete {}: {}", file.string(), std::strerror(errno)));
        }
        changed_.insert(file.parent_path());
        return;
      case SettleAction::What::move:
        move(file, action.folder);
        return;
    }
  }

  void move(const fs::path& file, const std::string& folder) {
    if (!maildir_) {
      make_folder(path_ / folder);
      rename(file, free_name(path_ / folder / file.filename()));
      return;
    }
    const fs::path target = path_ / ("." + folder);
    for (const char* part : {"tmp", "new", "cur"}) make_folder(target / part);
    rename(file, target / "cur" / with_seen(file.filename().string()));
  }

  void make_folder(const fs::path& folder) {
    if (fs::create_directories(folder)) changed_.insert(folder.parent_path());
  }

  // Scanners give the same names again: a mail that was moved before is not overwritten.
  static fs::path free_name(const fs::path& wanted) {
    fs::path name = wanted;
    for (int n = 2; fs::exists(name); ++n) {
      name = wanted.parent_path() / fmt::format("{}.{}{}", wanted.stem().string(), n, wanted.extension().string());
    }
    return name;
  }

  void rename(const fs::path& from, const fs::path& to) {
    if (from == to) return;
    step("file rename");
    if (::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT) {
      throw Error(ErrorKind::temporary,
                  fmt::format("cannot move {} to {}: {}", from.string(), to.string(), std::strerror(errno)));
    }
    changed_.insert({from.parent_path(), to.parent_path()});
  }

  std::string name_;
  fs::path path_;
  bool maildir_ = false;
  std::map<std::string, fs::path> files_;
  FolderWatch watch_;
  std::set<fs::path> changed_;  // folders with entries that no sync has made durable
};

}  // namespace

std::unique_ptr<Mailbox> make_directory_mailbox(std::string mailbox_name, std::filesystem::path path) {
  return std::make_unique<DirectoryMailbox>(std::move(mailbox_name), std::move(path));
}

}  // namespace poller
