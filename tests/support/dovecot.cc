#include "dovecot.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "dovecot_conf.h"
#include "net.h"

namespace fs = std::filesystem;

namespace poller::support {
namespace {

constexpr const char* kDovecot = "/usr/sbin/dovecot";  // not in every user's PATH
constexpr const char* kDoveadm = "/usr/bin/doveadm";
constexpr const char* kMailUser = "mail";  // as root; Debian's base system has it

bool anyone_listens(std::uint16_t port) {
  const int fd = connect_to(port);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

// S= and W= in a Maildir name save Dovecot the reading of each mail: size as it lies there, and with CRLF.
std::string size_suffix(std::string_view mail) {
  std::size_t bare = 0;
  for (std::size_t i = 0; i < mail.size(); ++i)
    if (mail[i] == '\n' && (i == 0 || mail[i - 1] != '\r')) ++bare;
  return ",S=" + std::to_string(mail.size()) + ",W=" + std::to_string(mail.size() + bare);
}

std::string flags_of(const fs::path& file) {
  const auto name = file.filename().string();
  const auto at = name.rfind(":2,");
  return at == std::string::npos ? std::string() : name.substr(at + 3);
}

}  // namespace

Dovecot::Dovecot(DovecotOptions options) : options_(std::move(options)), root_(::geteuid() == 0) {
  fs::permissions(dir_.path(), fs::perms(0755));
  for (const auto* name : {"run", "state", "mail", "log"}) fs::create_directories(dir_ / name);
  own(dir_ / "mail");
  write_text(dir_ / "passwd", "");
  fs::permissions(dir_ / "passwd", fs::perms(0644));
  for (int tries = 0;; ++tries) {
    for (auto& port : ports_) port = free_port();
    write_configuration();
    try {
      start();
      return;
    } catch (const std::exception&) {
      if (tries == 4) throw;  // a port may have been taken meanwhile: others
    }
  }
}

Dovecot::~Dovecot() { stop(); }

void Dovecot::write_configuration() const {
  DovecotConf conf;
  conf.dir = dir_.path();
  conf.ports = {ports_[0], ports_[1], ports_[2], ports_[3]};
  conf.cert = ca_.server();
  conf.oauth = !options_.introspection_url.empty();
  conf.oauthbearer = options_.oauthbearer;
  conf.more = options_.more;
  conf.root = root_;
  const passwd* user = root_ ? ::getpwnam(kMailUser) : ::getpwuid(::geteuid());
  if (user == nullptr) throw std::runtime_error("Dovecot needs a user with a name");
  conf.mail_user = user->pw_name;
  const group* main_group = ::getgrgid(user->pw_gid);
  conf.mail_group = main_group != nullptr ? main_group->gr_name : std::to_string(user->pw_gid);
  write_text(dir_ / "dovecot.conf", dovecot_conf(conf));
  write_text(dir_ / "oauth2.conf", dovecot_oauth2_conf(options_.introspection_url, options_.shared_mailboxes));
  fs::permissions(dir_ / "oauth2.conf", fs::perms(0644));
}

void Dovecot::start() {
  fs::remove(dir_ / "run/anvil-auth-penalty");  // a stale socket costs five seconds at the first sign-in
  child_ = std::make_unique<Child>(Arguments{kDovecot, "-F", "-c", (dir_ / "dovecot.conf").string()},
                                   dir_ / "log/output.log");
  for (int i = 0; i < 2000; ++i) {
    if (!child_->running()) break;
    if (std::all_of(std::begin(ports_), std::end(ports_), anyone_listens)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  child_.reset();
  throw std::runtime_error("Dovecot does not start: " + read_text(dir_ / "log/output.log") + log());
}

void Dovecot::stop() { child_.reset(); }

void Dovecot::suspend(bool yes) const {
  const auto master = std::to_string(child_->pid());
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::string stat;
    try {
      stat = read_text(entry.path() / "stat");
    } catch (const std::exception&) {
      continue;  // gone meanwhile
    }
    // "PID (NAME) STATE PARENT …"
    const auto parent = stat.find(' ', stat.rfind(')') + 2) + 1;
    if (name == master || stat.substr(parent, stat.find(' ', parent) - parent) == master) {
      ::kill(std::stoi(name), yes ? SIGSTOP : SIGCONT);
    }
  }
}

void Dovecot::set_password(const std::string& user, const std::string& password) {
  write_text(dir_ / "passwd", read_text(dir_ / "passwd") + user + ":{PLAIN}" + password + "::::::\n");
  // Dovecot looks at the file's time, in whole seconds, and no more than once in a second.
  ++passwords_set_;
  fs::last_write_time(dir_ / "passwd", fs::file_time_type::clock::now() + std::chrono::seconds(passwords_set_));
  if (passwords_set_ > 1) std::this_thread::sleep_for(std::chrono::milliseconds(1100));
}

fs::path Dovecot::maildir(const std::string& user, const std::string& folder) const {
  const auto home = dir_ / "mail" / user;
  return folder == "INBOX" ? home : home / ("." + folder);
}

void Dovecot::own(const fs::path& path) const {
  if (!root_) return;
  const passwd* user = ::getpwnam(kMailUser);
  if (user == nullptr || ::lchown(path.c_str(), user->pw_uid, user->pw_gid) != 0)
    throw std::runtime_error("cannot give " + path.string() + " to " + kMailUser);
}

void Dovecot::deliver(const std::string& user, std::string_view mail, const std::string& folder,
                      const std::string& flags, std::time_t received) {
  const auto box = maildir(user, folder);
  if (!fs::exists(box / "tmp")) {
    for (const auto& part : {dir_ / "mail" / user, box, box / "cur", box / "new", box / "tmp"}) {
      fs::create_directories(part);
      own(part);
    }
    if (folder != "INBOX") {
      write_text(box / "maildirfolder", "");
      own(box / "maildirfolder");
    }
  }
  const std::time_t time = received != 0 ? received : std::time(nullptr);
  char number[24];
  std::snprintf(number, sizeof number, "%08ld", ++delivered_);  // names in order are UIDs in order
  const std::string name =
      std::to_string(std::time(nullptr)) + ".M" + number + "P" + std::to_string(::getpid()) + size_suffix(mail);
  write_text(box / "tmp" / name, mail);
  own(box / "tmp" / name);
  const timespec times[2] = {{time, 0}, {time, 0}};
  ::utimensat(AT_FDCWD, (box / "tmp" / name).c_str(), times, 0);
  fs::rename(box / "tmp" / name, flags.empty() ? box / "new" / name : box / "cur" / (name + ":2," + flags));
}

std::vector<StoredMail> Dovecot::mails(const std::string& user, const std::string& folder) const {
  std::vector<StoredMail> found;
  const auto box = maildir(user, folder);
  for (const auto* part : {"cur", "new"}) {
    if (!fs::exists(box / part)) continue;
    for (const auto& entry : fs::directory_iterator(box / part))
      found.push_back({entry.path(), flags_of(entry.path())});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.file < b.file; });
  return found;
}

void Dovecot::change_uidvalidity(const std::string& user, const std::string& folder) {
  const auto list = maildir(user, folder) / "dovecot-uidlist";
  unsigned long validity = static_cast<unsigned long>(std::time(nullptr));
  if (fs::exists(list)) {
    const auto text = read_text(list);  // "3 V<uidvalidity> N<next uid> ..."
    if (const auto at = text.find(" V"); at != std::string::npos) validity = std::stoul(text.substr(at + 2));
  }
  fs::remove_all(dir_ / "mail" / user / ".idx");
  write_text(list, "3 V" + std::to_string(validity + 1) + " N1\n");
  own(list);
}

std::string Dovecot::log() const {
  const auto file = dir_ / "log/dovecot.log";
  return fs::exists(file) ? read_text(file) : std::string();
}

RunResult Dovecot::doveadm(const Arguments& arguments) const {
  Arguments all{kDoveadm, "-c", (dir_ / "dovecot.conf").string()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_program(all);
}

}  // namespace poller::support
