// A real SMTP server (npm's smtp-server) that keeps what it gets.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "process.h"
#include "temp_dir.h"
#include "test_ca.h"

namespace poller::support {

struct SmtpOptions {
  std::string introspection_url;                 // OAuthServer::introspection_url(), for XOAUTH2
  std::map<std::string, std::string> passwords;  // user: password, for PLAIN and LOGIN
};

struct SentMail {
  std::string data;  // the mail as it came
  std::string from;
  std::vector<std::string> to;
  std::string user;     // who signed in
  std::string session;  // mails of one connection have the same
  std::string ehlo;
  bool tls = false;
};

class SmtpServer {
 public:
  explicit SmtpServer(const SmtpOptions& options = {});

  [[nodiscard]] std::uint16_t starttls_port() const { return starttls_port_; }
  [[nodiscard]] std::uint16_t tls_port() const { return tls_port_; }
  [[nodiscard]] std::filesystem::path ca_file() const { return ca_.ca_file(); }
  [[nodiscard]] TestCa& ca() { return ca_; }

  /// Where it keeps what it took: 0001.eml beside 0001.json.
  [[nodiscard]] std::filesystem::path folder() const { return dir_ / "mails"; }
  /// What it took until now, in order.
  [[nodiscard]] std::vector<SentMail> mails() const;
  /// JSON, see node/smtp_server.mjs: {"mail": "550 5.7.60 ...", "lose": "after", ...}; "{}" is the usual behaviour.
  void behave(const std::string& json);
  void stop() { child_.reset(); }

 private:
  TestCa ca_;
  TempDir dir_{"smtp"};
  std::uint16_t starttls_port_ = 0, tls_port_ = 0;
  std::unique_ptr<Child> child_;
};

}  // namespace poller::support
