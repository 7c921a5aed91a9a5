#include "folder_home.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace poller::cli_test {

FolderHome::FolderHome(const std::string& more, const std::string& mailbox) {
  std::filesystem::create_directory(path() / "mail");
  support::write_text(path() / "poller.yaml",
                      "version: 1\nstorage: sqlite:poller.db\nmailboxes:\n  - name: support\n    protocol: directory\n"
                      "    path: mail\n    after: keep\n" +
                          mailbox + more);
}

support::RunResult FolderHome::run(const support::Arguments& arguments, const std::string& input) const {
  support::RunOptions options;
  options.folder = path();
  options.input = input;
  return support::run_poller(arguments, options);
}

std::vector<nlohmann::json> FolderHome::json(support::Arguments arguments, const std::string& input) const {
  arguments.emplace_back("--json");
  const auto result = run(arguments, input);
  CHECK_MESSAGE(result.exit_code == 0, result.err);
  std::vector<nlohmann::json> out;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) out.push_back(nlohmann::json::parse(line));
  return out;
}

nlohmann::json FolderHome::replay(const std::string& mail) const { return json({"replay", "-"}, mail).at(0); }

std::string FolderHome::value(const std::string& sql) const {
  sqlite3* db = nullptr;
  if (sqlite3_open_v2((path() / "poller.db").c_str(), &db, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK) {
    sqlite3_close(db);
    throw std::runtime_error("no database");
  }
  sqlite3_stmt* statement = nullptr;
  std::string out;
  const bool ready = sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK;
  const std::string fault = ready ? "" : sqlite3_errmsg(db);
  if (ready && sqlite3_step(statement) == SQLITE_ROW) {
    const auto* text = sqlite3_column_text(statement, 0);
    if (text != nullptr) out = reinterpret_cast<const char*>(text);
  }
  sqlite3_finalize(statement);
  sqlite3_close(db);
  if (!ready) throw std::runtime_error(fault + ": " + sql);
  return out;
}

std::string bytes_of(const TestMail& mail) {
  std::string out = "From: " + mail.from + "\nTo: " + mail.to + "\nSubject: " + mail.subject +
                    "\nDate: Mon, 02 Nov 2026 10:00:00 +0000\n";
  if (!mail.id.empty()) out += "Message-ID: <" + mail.id + ">\n";
  if (!mail.reply.empty()) out += "References: " + mail.reply + "\n";
  return out + mail.fields + "\n" + mail.body;
}

bool mentions(const nlohmann::json& list, const std::string& text) {
  return std::any_of(list.begin(), list.end(),
                     [&](const nlohmann::json& one) { return one.get<std::string>().find(text) != std::string::npos; });
}

}  // namespace poller::cli_test
