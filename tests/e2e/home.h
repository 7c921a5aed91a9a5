// One installation of poller for a test: a folder with its poller.yaml, vault and database, and the program run in it.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "../support/process.h"
#include "../support/temp_dir.h"

namespace poller::e2e {

struct HomeOptions {
  std::string address = "support@example.test";
  std::uint16_t port = 0;         // of the server, or of a proxy before it
  std::filesystem::path ca_file;  // of that server
  std::string tls = "implicit";
  std::string protocol = "imap";
  std::string discovery;  // of the OAuth server; empty: password "pw"
  std::string after = "seen";
  std::string mailbox_keys;  // more keys of the mailbox, each line indented by four blanks
  std::string more;          // more of poller.yaml, at the end
};

/// What one `poller --once --json` said of its mailbox.
struct Summary {
  int mails = 0, stored = 0, duplicate = 0, quarantined = 0;
};

class Home {
 public:
  /// Signs in with that refresh token, where there is one.
  explicit Home(const HomeOptions& options, const std::string& refresh_token = "");

  /// Writes poller.yaml anew: another port, another `after`.
  void configure(const HomeOptions& options);
  support::RunResult run(const support::Arguments& arguments, const support::Environment& environment = {}) const;
  /// `poller login support --refresh-token-file`; throws when that fails.
  void login(const std::string& refresh_token) const;
  /// `poller --once`, which must end with `exit_code`.
  Summary once(int exit_code = 0) const;
  /// The first column of the first row that the database gives; -1 where there is no database.
  [[nodiscard]] long count(const std::string& sql) const;
  /// All rows that the database gives, each an array of texts, numbers and nulls; none where there is no database.
  [[nodiscard]] nlohmann::json rows(const std::string& sql) const;
  [[nodiscard]] std::filesystem::path path() const { return dir_.path(); }

 private:
  support::TempDir dir_{"e2e"};
};

inline bool holds(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

/// What Home::rows() gives, of the installation in `folder`.
nlohmann::json database_rows(const std::filesystem::path& folder, const std::string& sql);

/// The objects of a JSON Lines text.
std::vector<nlohmann::json> json_lines(const std::string& text);

}  // namespace poller::e2e
