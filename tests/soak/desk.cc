#include "desk.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <sqlite3.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>

#include "../support/mail_maker.h"

namespace poller::soak {
namespace {

constexpr std::size_t kLarge = 60'000;  // more than what the storage keeps in its first file

std::string mail_of(long number) {
  const int n = static_cast<int>(number);
  return n % 40 == 20 ? support::make_large_mail(n, kLarge) : support::make_mail(n);
}

bool answers(long number) { return number % 5 == 4; }  // the one before it: support/mail_maker.h

std::string sha256_of(const std::string& bytes) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), hash, &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 failed");
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", hash[i]);
  return hex;
}

using Row = std::function<void(sqlite3_stmt*)>;

void each_row(const std::filesystem::path& file, const std::string& sql, const Row& visit) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE, nullptr);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(opened, &sqlite3_close);
  if (code != SQLITE_OK) throw std::runtime_error("cannot open " + file.string());
  sqlite3_busy_timeout(opened, 20'000);
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(opened, sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(opened));
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(prepared, &sqlite3_finalize);
  while (sqlite3_step(prepared) == SQLITE_ROW) visit(prepared);
}

std::string text_of(sqlite3_stmt* row, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  return text == nullptr ? std::string() : std::string(text);
}

}  // namespace

std::string program() {
  const char* other = std::getenv("POLLER_PROGRAM");
  return other != nullptr ? other : POLLER_BINARY;
}

const std::vector<Desk::Box>& Desk::boxes() {
  static const std::vector<Box> all{{"seen", "imap", "seen"},
                                    {"moved", "imap", "{move: Done}"},
                                    {"deleted", "imap", "delete"},
                                    {"fetched", "pop3", "delete"}};
  return all;
}

Desk::Desk()
    : dovecot_({"", false, "passdb {\n  driver = static\n  mechanisms = plain login\n  args = password=pw\n}\n"}) {
  support::write_text(home() / "password", "pw\n");
  std::filesystem::permissions(home() / "password", std::filesystem::perms(0600));
  write_configuration();
}

void Desk::write_configuration() const {
  std::string text = "version: 1\nstorage: sqlite:var/poller.db\nmailboxes:\n";
  for (const auto& box : boxes()) {
    text += fmt::format(
        "  - name: {0}\n    protocol: {1}\n    address: {2}\n    auth: password\n    password: {{file: password}}\n"
        "    server: {{host: localhost, port: {3}, ca_file: {4}}}\n    after: {5}\n    poll_every: 1s\n",
        box.name, box.protocol, user_of(box), box.protocol == "pop3" ? dovecot_.pop3s_port() : dovecot_.imaps_port(),
        dovecot_.ca_file().string(), box.after);
  }
  support::write_text(home() / "poller.yaml", text);
}

void Desk::deliver(long count) {
  for (const long end = delivered_ + count; delivered_ < end; ++delivered_) {
    const std::string mail = mail_of(delivered_);
    hashes_[sha256_of(mail)] = static_cast<int>(delivered_);
    const auto& all = boxes();
    const auto box = static_cast<std::size_t>(delivered_ / 5) % all.size();  // an answer goes where its question went
    dovecot_.deliver(user_of(all[box]), mail);
    if (delivered_ % 50 == 7) dovecot_.deliver(user_of(all[(box + 1) % all.size()]), mail);
  }
}

Findings Desk::look() const {
  Findings found;
  found.delivered = delivered_;
  const auto file = home() / "var/poller.db";
  std::map<int, long> tickets;  // number of the mail: its ticket
  each_row(file, "SELECT raw_sha256, ticket_id FROM message_v1 WHERE direction = 'in'", [&](sqlite3_stmt* row) {
    ++found.messages;
    const auto known = hashes_.find(text_of(row, 0));
    if (known == hashes_.end() || !tickets.emplace(known->second, sqlite3_column_int64(row, 1)).second) ++found.doubled;
  });
  found.lost = delivered_ - static_cast<long>(tickets.size());
  for (const auto& [number, ticket] : tickets) {
    const auto question = tickets.find(number - 1);
    if (answers(number) && question != tickets.end() && question->second != ticket) ++found.torn;
  }
  each_row(file, "SELECT count(*) FROM quarantine WHERE state IN ('open', 'retry-wanted')",
           [&](sqlite3_stmt* row) { found.quarantined = sqlite3_column_int64(row, 0); });
  found.unsettled = unsettled();
  return found;
}

long Desk::unsettled() const {
  long count = 0;
  for (const auto& box : boxes())
    for (const auto& mail : dovecot_.mails(user_of(box)))
      if (box.after != "seen" || mail.flags.find('S') == std::string::npos) ++count;
  return count;
}

support::RunResult Desk::run(const support::Arguments& arguments) const {
  support::RunOptions options;
  options.folder = home();
  options.limit = std::chrono::minutes(10);
  support::Arguments all{program()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return support::run_program(all, options);
}

}  // namespace poller::soak
