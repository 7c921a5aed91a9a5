#include "base/privileges.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "base/log.h"

namespace poller {
namespace {

struct Owner {
  uid_t user = 0;
  gid_t group = 0;
  std::string name;  // empty: a number without a name
};

/// The path, or what of it exists, and its owner.
std::filesystem::path nearest_existing(const std::filesystem::path& path, struct stat& st) {
  std::filesystem::path at = std::filesystem::absolute(path).lexically_normal();
  while (::stat(at.c_str(), &st) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) {
      throw Error(ErrorKind::configuration,
                  fmt::format("cannot see whose {} is: {}", at.string(), std::strerror(errno)));
    }
    if (at == at.root_path()) return at;
    at = at.parent_path();
  }
  return at;
}

Owner owner_of(const struct stat& st) {
  Owner owner{st.st_uid, st.st_gid, {}};
  std::vector<char> buffer(16 * 1024);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(st.st_uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    owner.group = found->pw_gid;
    owner.name = found->pw_name;
  }
  return owner;
}

/// Whether the owner could reach `path` at all, tried with his effective ids.
bool owner_can_enter(const Owner& owner, const std::filesystem::path& path) {
  const gid_t group = ::getegid();
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(0, ::getgroups(0, nullptr))));
  if (::getgroups(static_cast<int>(groups.size()), groups.data()) < 0) return false;
  bool reached = false;
  if (::setgroups(1, &owner.group) == 0 && ::setegid(owner.group) == 0 && ::seteuid(owner.user) == 0) {
    reached = ::faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) == 0;
  }
  if (::seteuid(0) != 0 || ::setegid(group) != 0 || ::setgroups(groups.size(), groups.data()) != 0) {
    throw Error(ErrorKind::ours, "cannot return to root");
  }
  return reached;
}

[[noreturn]] void cannot_become(const Owner& owner, const char* call) {
  throw Error(ErrorKind::configuration,
              fmt::format("cannot become user {} ({}): {}", owner.user, call, std::strerror(errno)),
              "Run the command as the user who owns the storage folder.");
}

void become(const Owner& owner) {
  const int groups = owner.name.empty() ? ::setgroups(1, &owner.group) : ::initgroups(owner.name.c_str(), owner.group);
  if (groups != 0) cannot_become(owner, "setgroups");
  if (::setresgid(owner.group, owner.group, owner.group) != 0) cannot_become(owner, "setresgid");
  if (::setresuid(owner.user, owner.user, owner.user) != 0) cannot_become(owner, "setresuid");
  const bool done =
      ::getuid() == owner.user && ::geteuid() == owner.user && ::getgid() == owner.group && ::getegid() == owner.group;
  if (!done || ::setuid(0) == 0) throw Error(ErrorKind::ours, "giving up root's rights did not last");
}

}  // namespace

void become_owner_of(const std::filesystem::path& folder_or_file) {
  if (::geteuid() != 0) return;
  struct stat st {};
  const std::filesystem::path at = nearest_existing(folder_or_file, st);
  if (st.st_uid == 0) return;
  const Owner owner = owner_of(st);
  if (!owner_can_enter(owner, at)) {
    log::warning("the owner of the storage folder cannot enter it; staying root",
                 {{"folder", at.string()}, {"owner", owner.user}});
    return;
  }

  become(owner);
}

void give_to_owner_of(const std::filesystem::path& folder, int descriptor) noexcept {
  struct stat st {};
  if (::geteuid() != 0 || ::stat(folder.empty() ? "." : folder.c_str(), &st) != 0 || st.st_uid == 0) return;
  if (::fchown(descriptor, st.st_uid, st.st_gid) != 0) return;  // a file system without owners
}

}  // namespace poller
