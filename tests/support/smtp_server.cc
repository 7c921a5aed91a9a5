#include "smtp_server.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "node.h"

namespace fs = std::filesystem;

namespace poller::support {

using nlohmann::json;

SmtpServer::SmtpServer(const SmtpOptions& options) {
  fs::create_directory(dir_ / "mails");
  const json arguments = {{"cert", ca_.server().cert.string()},
                          {"key", ca_.server().key.string()},
                          {"folder", (dir_ / "mails").string()},
                          {"introspect", options.introspection_url},
                          {"passwords", options.passwords}};
  child_ = std::make_unique<Child>(node_program("smtp_server.mjs", {arguments.dump()}), dir_ / "log");
  std::istringstream ports(child_->wait_for_line("ready "));
  ports >> starttls_port_ >> tls_port_;
}

std::vector<SentMail> SmtpServer::mails() const {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(dir_ / "mails"))
    if (entry.path().extension() == ".eml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<SentMail> mails;
  for (auto file : files) {
    SentMail mail;
    mail.data = read_text(file);
    const auto envelope = json::parse(read_text(file.replace_extension(".json")));
    mail.from = envelope.at("from");
    mail.to = envelope.at("to").get<std::vector<std::string>>();
    if (envelope.at("user").is_string()) mail.user = envelope.at("user");
    mail.session = envelope.at("session");
    mail.ehlo = envelope.at("ehlo");
    mail.tls = envelope.at("tls");
    mails.push_back(std::move(mail));
  }
  return mails;
}

void SmtpServer::behave(const std::string& text) {
  write_text(dir_ / "mails/behaviour.part", text);
  fs::rename(dir_ / "mails/behaviour.part", dir_ / "mails/behaviour.json");
}

}  // namespace poller::support
