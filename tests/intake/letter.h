// A mail for threading tests, field by field.
#pragma once

#include <string>
#include <vector>

namespace poller::test {

struct Letter {
  std::string id;
  std::string from = "Ann <ann@example.com>";
  std::string to = "support@contoso.com";
  std::string cc;
  std::string subject = "printer";
  std::string in_reply_to, references;
  std::vector<std::string> above;   // whole lines that the receiving server wrote
  std::vector<std::string> fields;  // further lines of the sender's
  std::string body = "Hello.";

  [[nodiscard]] std::string text() const {
    std::string out;
    for (const auto& line : above) out += line + "\r\n";
    const auto add = [&out](const char* name, const std::string& value) {
      if (!value.empty()) out += std::string(name) + ": " + value + "\r\n";
    };
    add("From", from);
    add("To", to);
    add("Cc", cc);
    add("Subject", subject);
    add("Date", "Mon, 02 Nov 2026 10:00:00 +0000");
    add("Message-ID", id.empty() ? id : "<" + id + ">");
    add("In-Reply-To", in_reply_to);
    add("References", references);
    for (const auto& line : fields) out += line + "\r\n";
    return out + "\r\n" + body + "\r\n";
  }
};

inline const std::string kPassed = "Authentication-Results: mx.contoso.com; dmarc=pass header.from=example.com";
inline const std::string kFailed = "Authentication-Results: mx.contoso.com; dmarc=fail header.from=example.com";

}  // namespace poller::test
