#include "home.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <sstream>
#include <stdexcept>

namespace poller::e2e {
namespace {

std::string sign_in_of(const HomeOptions& options) {
  if (options.discovery.empty()) return "    auth: password\n    password: {file: password}\n";
  return fmt::format(
      "    oauth:\n      discovery: {}\n      client_id: poller\n      scopes:\n"
      "        - https://outlook.office.com/IMAP.AccessAsUser.All\n"
      "        - https://outlook.office.com/POP.AccessAsUser.All\n        - offline_access\n",
      options.discovery);
}

nlohmann::json column_of(sqlite3_stmt* statement, int i) {
  const int type = sqlite3_column_type(statement, i);
  if (type == SQLITE_NULL) return nullptr;
  if (type == SQLITE_INTEGER) return sqlite3_column_int64(statement, i);
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_blob(statement, i));
  return std::string(text, text == nullptr ? 0 : static_cast<std::size_t>(sqlite3_column_bytes(statement, i)));
}

}  // namespace

Home::Home(const HomeOptions& options, const std::string& refresh_token) {
  support::write_text(path() / "vault.key", "a key for tests\n");
  support::write_text(path() / "password", "pw\n");
  for (const auto* secret : {"vault.key", "password"})
    std::filesystem::permissions(path() / secret, std::filesystem::perms(0600));
  configure(options);
  if (!refresh_token.empty()) login(refresh_token);
}

void Home::configure(const HomeOptions& o) {
  std::string text = fmt::format(
      "version: 1\nstorage: sqlite:var/poller.db\nvault: {{path: var/tokens, key: {{file: vault.key}}}}\nmailboxes:\n"
      "  - name: support\n    protocol: {}\n    address: {}\n"
      "    server: {{host: localhost, port: {}, tls: {}, ca_file: {}}}\n    after: {}\n",
      o.protocol, o.address, o.port, o.tls, o.ca_file.string(), o.after);
  support::write_text(path() / "poller.yaml", text + sign_in_of(o) + o.mailbox_keys + o.more);
}

support::RunResult Home::run(const support::Arguments& arguments, const support::Environment& environment) const {
  support::RunOptions options;
  options.folder = path();
  options.environment = environment;
  return support::run_poller(arguments, options);
}

void Home::login(const std::string& refresh_token) const {
  const auto file = path() / "refresh-token";
  support::write_text(file, refresh_token + "\n");
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  const auto result = run({"login", "support", "--refresh-token-file", file.string()});
  std::filesystem::remove(file);
  if (result.exit_code != 0) throw std::runtime_error("login: " + result.out + result.err);
}

Summary Home::once(int exit_code) const {
  const auto result = run({"--once", "--json"});
  CHECK_MESSAGE(result.exit_code == exit_code, result.err);
  for (const auto& object : json_lines(result.out)) {
    if (!object.contains("summary")) continue;
    const auto& s = object["summary"];
    return {s.at("mails"), s.at("stored"), s.at("duplicate"), s.at("quarantined")};
  }
  return {};
}

long Home::count(const std::string& sql) const {
  const auto found = rows(sql);
  if (found.empty()) return -1;
  return found.at(0).at(0).is_null() ? 0 : found.at(0).at(0).get<long>();  // as SQLite reads NULL as a number
}

nlohmann::json Home::rows(const std::string& sql) const { return database_rows(path(), sql); }

nlohmann::json database_rows(const std::filesystem::path& folder, const std::string& sql) {
  sqlite3* database = nullptr;
  sqlite3_stmt* statement = nullptr;
  auto found = nlohmann::json::array();
  if (sqlite3_open_v2((folder / "var/poller.db").c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK &&
      sqlite3_busy_timeout(database, 10'000) == SQLITE_OK &&
      sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK) {
    while (sqlite3_step(statement) == SQLITE_ROW) {
      auto row = nlohmann::json::array();
      for (int i = 0; i < sqlite3_column_count(statement); ++i) row.push_back(column_of(statement, i));
      found.push_back(row);
    }
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return found;
}

std::vector<nlohmann::json> json_lines(const std::string& text) {
  std::vector<nlohmann::json> all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) all.push_back(nlohmann::json::parse(line));
  return all;
}

}  // namespace poller::e2e
