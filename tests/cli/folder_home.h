// An installation whose one mailbox is a folder, for what needs no server: poller.yaml, mails, the program run in it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "../support/process.h"
#include "../support/temp_dir.h"

namespace poller::cli_test {

class FolderHome {
 public:
  /// `more`: of poller.yaml, at its end; `mailbox`: more keys of the mailbox "support".
  explicit FolderHome(const std::string& more = "", const std::string& mailbox = "");

  support::RunResult run(const support::Arguments& arguments, const std::string& input = "") const;
  /// The objects that the program printed; it must end with 0.
  std::vector<nlohmann::json> json(support::Arguments arguments, const std::string& input = "") const;
  /// `poller replay -` of one mail: its line.
  nlohmann::json replay(const std::string& mail) const;
  /// The first column of the first row.
  [[nodiscard]] std::string value(const std::string& sql) const;
  [[nodiscard]] std::filesystem::path path() const { return dir_.path(); }

 private:
  support::TempDir dir_{"cli"};
};

struct TestMail {
  std::string from = "Ann <ann@example.com>";
  std::string to = "support@contoso.com";
  std::string subject = "a question";
  std::string id = "";      // without angle brackets
  std::string reply = "";   // References, with angle brackets
  std::string fields = "";  // more header lines, each with its line end
  std::string body = "Hello.\n";
};

/// The mail's bytes.
std::string bytes_of(const TestMail& mail);

inline bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Whether one of the strings of that list holds the text.
bool mentions(const nlohmann::json& list, const std::string& text);

}  // namespace poller::cli_test
