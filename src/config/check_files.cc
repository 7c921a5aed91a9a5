#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "config/complaints.h"
#include "config/load.h"

namespace poller::config {
namespace {

class FileCheck {
 public:
  explicit FileCheck(std::vector<Complaint>& out) : out_(out) {}

  void file(const Place& place, const std::string& key, const std::filesystem::path& path) {
    if (path.empty() || ::access(path.c_str(), R_OK) == 0) return;
    add(Complaint::Severity::error, place,
        fmt::format("{}: found {}, which cannot be read: {}; allowed: a file that can", key, quote(path.string()),
                    std::strerror(errno)));
  }

  /// Of a variable only the absence can be seen, and the service may well have another environment.
  void secret(const std::string& key, const SecretRef& ref) {
    if (ref.source == SecretSource::file) file(ref.place, key, ref.name);
    if (ref.source == SecretSource::env && std::getenv(ref.name.c_str()) == nullptr) {
      add(Complaint::Severity::warning, ref.place, fmt::format("{}: {} is not set in this environment", key, ref.name));
    }
  }

 private:
  void add(Complaint::Severity severity, const Place& place, const std::string& text) {
    out_.push_back({severity, place, text});
  }
  std::vector<Complaint>& out_;
};

void check_mailbox_files(FileCheck& check, const Mailbox& mailbox) {
  const std::string path = fmt::format("mailboxes[{}].", mailbox.name);
  const bool remote = mailbox.protocol != Protocol::directory;
  if (!remote) check.file(mailbox.place, path + "path", mailbox.path);
  if (remote) check.file(mailbox.place, path + "server.ca_file", mailbox.server.ca_file);
  if (mailbox.auth == Auth::password) {
    check.secret(path + "password", mailbox.password);
  } else {
    check.secret(path + "oauth.client_secret", mailbox.oauth.client_secret);
    check.file(mailbox.place, path + "oauth.certificate.cert", mailbox.oauth.certificate);
    check.file(mailbox.place, path + "oauth.certificate.key", mailbox.oauth.certificate_key);
    check.file(mailbox.place, path + "oauth.ca_file", mailbox.oauth.ca_file);
  }
  if (!mailbox.smtp) return;
  if (mailbox.smtp->server.ca_file != mailbox.server.ca_file) {
    check.file(mailbox.place, path + "smtp.ca_file", mailbox.smtp->server.ca_file);
  }
  if (mailbox.smtp->password.name != mailbox.password.name)
    check.secret(path + "smtp.password", mailbox.smtp->password);
}

}  // namespace

std::vector<Complaint> check_files(const Config& config) {
  std::vector<Complaint> complaints;
  FileCheck check(complaints);
  check.secret("vault.key", config.vault_key);
  for (const Mailbox& mailbox : config.mailboxes) check_mailbox_files(check, mailbox);
  const Place whole{config.file.string(), 0, 0};
  const auto check_template = [&](const char* key, const Template& value) {
    if (!value.enabled) return;
    check.file(whole, std::string("answers.") + key + ".text", value.text);
    check.file(whole, std::string("answers.") + key + ".html", value.html);
  };
  check_template("new_ticket", config.answers.new_ticket);
  check_template("closed", config.answers.closed);
  check_template("too_large", config.answers.too_large);
  return complaints;
}

}  // namespace poller::config
