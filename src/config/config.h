// The configuration as values. docs/configuration.md describes each key; load.h reads them.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/secret.h"

namespace poller::config {

using Seconds = std::chrono::seconds;

/// Where a value stands in a file, for complaints about it that come up later.
struct Place {
  std::string file;
  int line = 0;    // from 1
  int column = 0;  // from 1
};

enum class SecretSource { none, literal, file, env, credential, command };

/// A secret's reference; its value is read by resolve_secret() when it is needed, never kept in the configuration.
struct SecretRef {
  SecretSource source = SecretSource::none;
  std::string name;                  // file path (absolute), variable, credential
  std::vector<std::string> command;  // source command
  Secret literal;
  Place place;
  explicit operator bool() const { return source != SecretSource::none; }
};

enum class Preset { none, microsoft365, microsoft365_gcc_high, microsoft365_dod, microsoft365_china, gmail };
/// Any of Microsoft's clouds.
inline bool is_microsoft(Preset preset) { return preset != Preset::none && preset != Preset::gmail; }
enum class Protocol { imap, pop3, directory };
enum class Tls { implicit, starttls };
enum class Auth { oauth, password };
enum class Start { all, unseen, only_new };
enum class AfterAction { keep, seen, remove, move };

struct Server {
  std::string host;
  std::uint16_t port = 0;
  Tls tls = Tls::implicit;
  std::filesystem::path ca_file;  // empty: the system's
};

struct OAuth {
  std::string tenant;
  std::string client_id;
  SecretRef client_secret;
  std::filesystem::path certificate;  // PEM, instead of a secret
  std::filesystem::path certificate_key;
  Place certificate_key_place;      // of the key's path; what is wrong with the pair is said there
  std::string user;                 // who signs in; default the mailbox's address
  std::string authority;            // "https://login.microsoftonline.com", from the preset
  std::string discovery;            // URL, instead of authority + tenant
  std::vector<std::string> scopes;  // as configured or from the preset, offline_access included
  std::string redirect = "http://localhost";
  std::filesystem::path ca_file;
  std::optional<std::chrono::sys_days> client_secret_expires;
};

struct After {
  AfterAction action = AfterAction::seen;
  std::string folder;
};

struct Smtp {
  Server server;
  std::string user;
  SecretRef password;
  std::string from;  // "Name <address>"
  std::string ehlo;  // name for EHLO; default the domain of from
};

struct Trust {
  std::string authserv_id;
  bool internal = true;  // microsoft365: X-MS-Exchange-Organization-AuthAs
  bool set = false;
};

struct Mailbox {
  std::string name;
  Preset preset = Preset::none;
  Protocol protocol = Protocol::imap;
  std::string address;
  std::filesystem::path path;  // directory
  Server server;
  std::string folder = "INBOX";
  Auth auth = Auth::oauth;
  std::string user;  // SASL user; default address
  SecretRef password;
  OAuth oauth;
  Seconds poll_every{60};
  bool idle = true;
  After after;
  Start start = Start::all;
  std::uint64_t max_size = kDefaultMaxSize;
  std::string queue;  // default: the first queue
  Trust trust;
  std::optional<Smtp> smtp;
  bool pop3_hash_ledger = false;  // POP3 servers without UIDL: know mails by their hash
  Place place;
};

struct Outbound {
  int retries = 12;
  int max_pending = 10000;
  int max_per_run = 500;
  int max_per_minute = 30;
  Seconds hold{0};
  Seconds uncertain_wait{120};  // before an uncertain mail that is not in the Sent folder is tried once more
};

struct Rate {
  int count = 10;
  Seconds window{3 * 3600};
};

struct Template {
  bool enabled = false;
  std::filesystem::path text;
  std::filesystem::path html;
};

struct Answers {
  Seconds max_age{24 * 3600};
  Template new_ticket;
  Template closed;
  Template too_large;
  Rate per_sender;
};

struct Notify {
  std::string to;
  std::vector<std::string> command;
  Seconds every{4 * 3600};
};

enum class ClosedPolicy { reopen, new_ticket, note };

struct Queue {
  std::string name;
  std::string number = "T-{id}";
  std::vector<std::string> agents;  // addresses or "@domain"
  bool own_copy = false;
  ClosedPolicy closed = ClosedPolicy::reopen;
  std::optional<Seconds> reopen_within;        // later: a new linked ticket
  std::vector<std::string> addresses;          // recipients that choose this queue
  std::optional<Seconds> same_subject_within;  // a requester's own subject joins his ticket; nothing: never
};

struct RuleCondition {
  std::string subject;  // "from", "to", "cc", "subject", "body", "header", "kind", "size", "attachment_name",
                        // "attachment_type", "mailbox", "trust", "organisation", "from_list"
  std::string header;   // for "header"
  std::string pattern;  // RE2; for size ">10MB"; for from_list the file's path, absolute
  Place place;
};

/// What a rule asks for, or several of them together.
struct RuleActions {
  std::optional<std::string> queue, status, priority, requester, assignee;
  std::vector<std::string> tags;
  bool drop = false, quarantine = false, no_answer = false;
};

struct Rule : RuleActions {
  std::vector<RuleCondition> when;  // all must hold
  bool stop = false;                // no later rule is tried
  Place place;
};

/// Senders of these domains, and of those below them.
struct Organisation {
  std::string name;
  std::vector<std::string> domains;  // without "@"
};

enum class QuarantinePolicy { ticket, hold };

struct Retention {
  std::optional<Seconds> raw;  // nothing: for ever
  std::optional<Seconds> quarantine{90 * 86400};
};

struct Config {
  std::filesystem::path file;         // absolute
  std::string storage;                // as written
  std::filesystem::path sqlite_path;  // absolute, from "sqlite:PATH"
  std::filesystem::path vault_path;
  SecretRef vault_key;
  std::vector<Mailbox> mailboxes;
  Outbound outbound;
  Answers answers;
  Notify notify;
  std::vector<Queue> queues;  // never empty: "support" when none is configured
  std::vector<Organisation> organisations;
  std::vector<Rule> rules;
  QuarantinePolicy quarantine = QuarantinePolicy::ticket;
  std::string proxy;
  std::string http_listen;
  Retention retention;
  Deadlines deadlines;
};

/// Whether SMTP signs in with the mailbox's token: OAuth, and no password of SMTP's own.
bool sends_by_oauth(const Mailbox& mailbox) noexcept;
/// Whether the mailbox needs a token at all, to be read or to send from it.
bool needs_token(const Mailbox& mailbox) noexcept;

/// The mailbox of that name, or null.
const Mailbox* find_mailbox(const Config& config, const std::string& name) noexcept;
/// The queue of that name, or null.
const Queue* find_queue(const Config& config, const std::string& name) noexcept;
/// Whether any queue wants tickets of its own (`own_copy`).
bool has_own_copies(const Config& config) noexcept;

/// Whether the address stands in the queue's list of agents, by itself or by its "@domain".
bool is_agent(const Queue& queue, const std::string& address);
/// Whether mail to the address comes back to one of our mailboxes.
bool is_own_address(const Config& config, const std::string& address);

}  // namespace poller::config
