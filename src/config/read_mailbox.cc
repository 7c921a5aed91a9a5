#include <fmt/format.h>

#include "base/text.h"
#include "config/presets.h"
#include "config/read_parts.h"
#include "config/secret_ref.h"
#include "config/shapes.h"
#include "config/words.h"

namespace poller::config {
namespace {

constexpr std::uint64_t kLeastMaxSize = 1000;
constexpr std::uint64_t kMostMaxSize = 1'000'000'000;

std::string mailbox_path(const Node& map, int number) {
  for (const auto& [key, value] : map.entries) {
    if (key->value == "name" && value->kind == Node::Kind::scalar && !value->value.empty()) {
      return fmt::format("mailboxes[{}]", text::escape_controls(text::utf8_prefix(value->value, 64)));
    }
  }
  return fmt::format("mailboxes[#{}]", number);
}

void read_identity(Section& section, Mailbox& mailbox) {
  if (const Value name = section.at("name"); !name) {
    section.missing("name", "missing; allowed: a name of your own for this mailbox, such as support");
  } else {
    read_name(name, mailbox.name);
  }
  if (const Value preset = section.at("preset")) {
    std::vector<std::string> words;
    for (const PresetFacts& facts : all_presets()) {
      if (preset.is(Node::Kind::scalar) && preset.node->value == facts.word) mailbox.preset = facts.preset;
      words.emplace_back(facts.word);
    }
    if (!preset.is(Node::Kind::scalar) || facts_of(mailbox.preset).word != preset.node->value) {
      refuse_word(preset, words);
    }
  }
  read_word<Protocol>(section.at("protocol"),
                      {{"imap", Protocol::imap}, {"pop3", Protocol::pop3}, {"directory", Protocol::directory}},
                      mailbox.protocol);
}

void read_address_of(Section& section, Mailbox& mailbox) {
  const Value address = section.at("address");
  if (!address) {
    if (mailbox.protocol != Protocol::directory) section.missing("address", "missing; allowed: the mailbox's address");
    return;
  }
  // Servers without domains name their mailboxes by one word.
  const bool bare = mailbox.preset == Preset::none && address.is(Node::Kind::scalar) &&
                    address.node->value.find('@') == std::string::npos && is_account_name(address.node->value);
  if (bare) {
    mailbox.address = address.node->value;
    address.warn(fmt::format("{} has no domain; mail cannot be sent from it", quote(mailbox.address)));
  } else {
    read_address(address, mailbox.address);
  }
}

void read_folder_path(Section& section, Mailbox& mailbox) {
  const Value path = section.at("path");
  read_path(path, mailbox.path);
  if (mailbox.protocol == Protocol::directory && !path) {
    section.missing("path", "missing; allowed: a Maildir or a folder of .eml files");
  }
  if (mailbox.protocol != Protocol::directory && path) path.warn("has no effect without protocol: directory");
}

void read_mail_server(Section& section, Mailbox& mailbox) {
  const PresetFacts& preset = facts_of(mailbox.preset);
  const bool remote = mailbox.protocol != Protocol::directory;
  const std::string host = mailbox.protocol == Protocol::pop3 ? preset.pop3_host : preset.imap_host;
  const bool given = with_section(section, "server", [&](Section& server) {
    read_server(server, mailbox.server, Tls::implicit);
    if (remote && host.empty() && !server.has("host"))
      server.missing("host", "missing; allowed: the mail server's name");
  });
  if (!remote) return;
  if (!given && host.empty()) section.missing("server", "missing; allowed: {host: NAME}, or a preset that knows it");
  if (mailbox.server.host.empty()) mailbox.server.host = host;
  if (mailbox.server.port == 0) mailbox.server.port = default_port(mailbox.protocol, mailbox.server.tls);
}

/// Password where there is one and nothing of OAuth; else OAuth.
void read_auth(Section& section, Mailbox& mailbox) {
  const Value auth = section.at("auth");
  const Value password = section.at("password");
  const bool said = read_word<Auth>(auth, {{"oauth", Auth::oauth}, {"password", Auth::password}}, mailbox.auth);
  if (!said && password && !section.has("oauth")) mailbox.auth = Auth::password;
  read_secret(password, mailbox.password);
  mailbox.user = mailbox.address;
  if (const Value user = section.at("user")) read_text(user, mailbox.user);
  if (mailbox.protocol == Protocol::directory) return;
  if (mailbox.auth == Auth::password && !password) {
    section.missing("password", "missing for auth: password; allowed: {file: PATH}, {env: NAME}, {credential: NAME}");
  }
  if (mailbox.auth == Auth::oauth && password) password.warn("has no effect with auth: oauth");
  if (auth && mailbox.auth == Auth::password && is_microsoft(mailbox.preset)) {
    auth.warn("Exchange Online takes no passwords on IMAP and POP since January 2023; use oauth");
  }
}

void read_folder(Section& section, Mailbox& mailbox) {
  const Value folder = section.at("folder");
  if (!read_text(folder, mailbox.folder, "a folder's name, such as INBOX")) return;
  if (mailbox.protocol == Protocol::pop3 && !text::iequals(mailbox.folder, "INBOX")) {
    folder.refuse("INBOX; POP3 knows no other folder");
  }
}

void read_move(Section& move, Mailbox& mailbox) {
  mailbox.after.action = AfterAction::move;
  const Value folder = move.at("move");
  if (!folder && !move.empty()) return;  // the unknown key has its own complaint
  if (!folder) move.missing("move", "missing; allowed: the folder to move mail to");
  if (read_text(folder, mailbox.after.folder, "the folder to move mail to") && mailbox.after.folder == mailbox.folder) {
    folder.complain(fmt::format("found {}, the folder that is read; allowed: another one", quote(mailbox.folder)));
  }
}

void read_after_word(const Value& after, Mailbox& mailbox) {
  const std::string word = after.is(Node::Kind::scalar) ? after.node->value : "";
  if (word == "keep") {
    mailbox.after.action = AfterAction::keep;
  } else if (word == "seen") {
    mailbox.after.action = AfterAction::seen;
  } else if (word == "delete") {
    mailbox.after.action = AfterAction::remove;
  } else {
    refuse_word(after, {"keep", "seen", "delete", "{move: FOLDER}"});
  }
}

void read_after(Section& section, Mailbox& mailbox) {
  const Value after = section.at("after");
  // A POP3 server cannot mark mail as read, and what it deletes is gone.
  if (mailbox.protocol == Protocol::pop3) mailbox.after.action = AfterAction::keep;
  if (!after) return;
  if (after.is(Node::Kind::map)) {
    with_section(section, "after", [&](Section& move) { read_move(move, mailbox); });
  } else {
    read_after_word(after, mailbox);
  }
  const AfterAction action = mailbox.after.action;
  if (mailbox.protocol == Protocol::pop3 && (action == AfterAction::seen || action == AfterAction::move)) {
    after.refuse("keep or delete; POP3 has neither flags nor folders");
  }
}

void read_fetching(Section& section, Mailbox& mailbox) {
  read_duration(section.at("poll_every"), mailbox.poll_every, Seconds(1), std::chrono::hours(24 * 7));
  read_flag(section.at("idle"), mailbox.idle);
  read_after(section, mailbox);
  const Value start = section.at("start");
  read_word<Start>(start, {{"all", Start::all}, {"unseen", Start::unseen}, {"new", Start::only_new}}, mailbox.start);
  if (start && mailbox.protocol == Protocol::pop3 && mailbox.start == Start::unseen) {
    start.refuse("all or new; POP3 does not say what has been seen");
  }
  read_size(section.at("max_size"), kLeastMaxSize, kMostMaxSize, mailbox.max_size);
  read_word<bool>(section.at("pop3_without_uidl"), {{"refuse", false}, {"hash", true}}, mailbox.pop3_hash_ledger);
}

void read_trust(Section& parent, Mailbox& mailbox) {
  mailbox.trust.set = with_section(parent, "trust", [&](Section& trust) {
    if (const Value id = trust.at("authserv_id"); read_text(id, mailbox.trust.authserv_id)) {
      if (mailbox.trust.authserv_id.find_first_of(" ;\"") != std::string::npos) {
        id.refuse("the name with which the receiving server begins its Authentication-Results");
      }
    }
    read_flag(trust.at("internal"), mailbox.trust.internal);
  });
}

}  // namespace

Mailbox read_mailbox(const Reading& reading, const Node& map, int number) {
  Mailbox mailbox;
  mailbox.place = reading.place(map);
  Section section(reading, map, mailbox_path(map, number), "mailboxes");
  read_identity(section, mailbox);
  read_address_of(section, mailbox);
  read_folder_path(section, mailbox);
  read_mail_server(section, mailbox);
  read_folder(section, mailbox);
  read_auth(section, mailbox);
  read_oauth(section, mailbox);
  read_fetching(section, mailbox);
  if (const Value queue = section.at("queue")) read_name(queue, mailbox.queue);
  read_trust(section, mailbox);
  read_smtp(section, mailbox);
  complete_scopes(mailbox);
  section.done();
  return mailbox;
}

}  // namespace poller::config
