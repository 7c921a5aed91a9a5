#include "config/secret_ref.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.h"
#include "config/shapes.h"

namespace poller::config {
namespace {

constexpr const char* kSecretForms =
    "{file: PATH}, {env: NAME}, {credential: NAME} or {command: [PROGRAM, ARGUMENT...]}";

bool is_variable_name(const std::string& s) {
  return !text::is_digit(s.front()) &&
         std::all_of(s.begin(), s.end(), [](char c) { return text::is_alnum(c) || c == '_'; });
}

/// systemd's rule: a file name.
bool is_credential_name(const std::string& s) {
  return s.size() <= 255 && s != "." && s != ".." && s.find('/') == std::string::npos && !has_controls(s);
}

bool read_secret_file(const Value& value, SecretRef& out) {
  std::filesystem::path file;
  if (!read_path(value, file)) return false;
  out.name = file.string();
  if (const std::string fault = secret_file_fault(file); !fault.empty()) value.complain(fault);
  return true;
}

bool read_secret_command(const Value& value, SecretRef& out) {
  if (!value.is(Node::Kind::list) || value.node->items.empty()) {
    value.complain(fmt::format("found {}; allowed: [PROGRAM, ARGUMENT...], started without a shell",
                               value.is(Node::Kind::list) ? "an empty list" : "no list"));
    return false;
  }
  for (const Node* item : value.node->items) {
    if (item->kind != Node::Kind::scalar || item->value.find('\0') != std::string::npos) {
      value.complain("found an argument that is no text; allowed: [PROGRAM, ARGUMENT...], started without a shell");
      return false;
    }
    out.command.push_back(item->value);
  }
  std::string& program = out.command.front();
  if (program.empty()) {
    value.complain("found an empty program name; allowed: [PROGRAM, ARGUMENT...]");
    return false;
  }
  if (program.find('/') != std::string::npos) program = (value.reading->folder / program).lexically_normal().string();
  out.name = program;
  return true;
}

bool read_named(const Value& value, SecretRef& out, bool (*is_name)(const std::string&), const char* allowed) {
  std::string name;
  if (!read_text(value, name, allowed)) return false;
  if (!is_name(name)) {
    value.refuse(allowed);
    return false;
  }
  out.name = name;
  return true;
}

bool read_reference(Section& section, const Value& whole, SecretRef& out) {
  const Value file = section.at("file");
  const Value env = section.at("env");
  const Value credential = section.at("credential");
  const Value command = section.at("command");
  const int given = (file ? 1 : 0) + (env ? 1 : 0) + (credential ? 1 : 0) + (command ? 1 : 0);
  if (given != 1) {
    // An unknown key has its own complaint.
    if (given > 1 || whole.node->entries.empty()) {
      whole.complain(fmt::format("found {} sources; allowed: one of {}", given, kSecretForms));
    }
    return false;
  }
  if (file) {
    out.source = SecretSource::file;
    return read_secret_file(file, out);
  }
  if (env) {
    out.source = SecretSource::env;
    return read_named(env, out, is_variable_name, "the name of an environment variable");
  }
  if (credential) {
    out.source = SecretSource::credential;
    return read_named(credential, out, is_credential_name, "the name of a systemd credential");
  }
  out.source = SecretSource::command;
  return read_secret_command(command, out);
}

}  // namespace

bool read_secret(const Value& value, SecretRef& out) {
  if (!value) return false;
  SecretRef ref;
  ref.place = value.place();
  if (value.is(Node::Kind::scalar) && !value.node->value.empty()) {
    ref.source = SecretSource::literal;
    ref.literal = Secret(value.node->value);
    value.warn(fmt::format("the secret stands in the file itself; better: {}", kSecretForms));
    out = ref;
    return true;
  }
  if (!value.is(Node::Kind::map)) {
    value.refuse(kSecretForms);
    return false;
  }
  Section section(*value.reading, *value.node, value.path, "secret");
  const bool good = read_reference(section, value, ref);
  section.done();
  if (good) out = ref;
  return good;
}

std::string secret_file_fault(const std::filesystem::path& file) {
  struct stat st {};
  if (::stat(file.c_str(), &st) != 0) return {};
  const std::string name = quote(file.string());
  if (!S_ISREG(st.st_mode)) return S_ISDIR(st.st_mode) ? name + " is a folder; allowed: a file" : std::string();
  constexpr mode_t kOthers = S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;
  if ((st.st_mode & kOthers) != 0) {
    return fmt::format("{} has mode {:04o}, so that others can read or change it; allowed: 0600 or 0400 (chmod 600)",
                       name, static_cast<unsigned>(st.st_mode & 07777U));
  }
  const uid_t me = ::geteuid();
  if (me != 0 && st.st_uid != 0 && st.st_uid != me) {
    return fmt::format("{} belongs to user {}; allowed: root or the user that runs poller ({})", name, st.st_uid, me);
  }
  return {};
}

}  // namespace poller::config
