#include <fmt/format.h>

#include "base/text.h"
#include "config/load.h"
#include "config/presets.h"
#include "config/shapes.h"
#include "config/words.h"

namespace poller::config {
namespace {

constexpr const char* kMask = "********";

/// The program alone: arguments may be secrets themselves.
std::vector<std::string> masked_command(const std::vector<std::string>& command) {
  if (command.size() < 2) return command;
  return {command.front(), kMask};
}

/// Writes block-style YAML. JSON strings are YAML's double-quoted ones.
class Dump {
 public:
  void text(const char* key, const std::string& value) {
    if (!value.empty()) line(key, text::json_string(value));
  }
  void path(const char* key, const std::filesystem::path& value) { text(key, value.string()); }
  void word(const char* key, const std::string& value) { line(key, value); }
  void flag(const char* key, bool value) { line(key, value ? "true" : "false"); }
  template <class Number>
  void number(const char* key, Number value) {
    line(key, fmt::to_string(value));
  }
  void duration(const char* key, std::chrono::milliseconds value) { line(key, duration_word(value)); }
  void texts(const char* key, const std::vector<std::string>& values) {
    if (!values.empty()) line(key, list(values));
  }
  void secret(const char* key, const SecretRef& ref);

  template <class Body>
  void section(const char* key, Body&& body) {
    line(key, "");
    const std::size_t before = out_.size();
    indent_ += 2;
    body();
    indent_ -= 2;
    if (out_.size() == before) out_.insert(before - 1, " {}");
  }
  /// A list item of keys.
  template <class Body>
  void item(Body&& body) {
    const std::size_t before = out_.size();
    indent_ += 2;
    body();
    indent_ -= 2;
    out_[before + static_cast<std::size_t>(indent_)] = '-';
  }
  std::string take() { return std::move(out_); }

 private:
  void line(const char* key, const std::string& value) {
    out_.append(static_cast<std::size_t>(indent_), ' ');
    out_ += value.empty() ? fmt::format("{}:\n", key) : fmt::format("{}: {}\n", key, value);
  }
  static std::string list(const std::vector<std::string>& values) {
    std::string out;
    for (const std::string& value : values) out += (out.empty() ? "" : ", ") + text::json_string(value);
    return "[" + out + "]";
  }

  std::string out_;
  int indent_ = 0;
};

void Dump::secret(const char* key, const SecretRef& ref) {
  switch (ref.source) {
    case SecretSource::none:
      return;
    case SecretSource::literal:
      return line(key, text::json_string(kMask));
    case SecretSource::file:
      return line(key, fmt::format("{{file: {}}}", text::json_string(ref.name)));
    case SecretSource::env:
      return line(key, fmt::format("{{env: {}}}", text::json_string(ref.name)));
    case SecretSource::credential:
      return line(key, fmt::format("{{credential: {}}}", text::json_string(ref.name)));
    case SecretSource::command:
      return line(key, fmt::format("{{command: {}}}", list(masked_command(ref.command))));
  }
}

const char* word_of(Protocol protocol) {
  return protocol == Protocol::imap ? "imap" : protocol == Protocol::pop3 ? "pop3" : "directory";
}

void dump_server(Dump& dump, const Server& server) {
  dump.text("host", server.host);
  if (server.port != 0) dump.number("port", server.port);
  dump.word("tls", server.tls == Tls::implicit ? "implicit" : "starttls");
  dump.path("ca_file", server.ca_file);
}

void dump_oauth(Dump& dump, const OAuth& oauth) {
  dump.text("tenant", oauth.tenant);
  dump.text("client_id", oauth.client_id);
  dump.secret("client_secret", oauth.client_secret);
  if (!oauth.certificate.empty()) {
    dump.section("certificate", [&] {
      dump.path("cert", oauth.certificate);
      dump.path("key", oauth.certificate_key);
    });
  }
  dump.text("user", oauth.user);
  if (oauth.discovery.empty()) dump.text("authority", oauth.authority);
  dump.text("discovery", oauth.discovery);
  dump.texts("scopes", oauth.scopes);
  dump.text("redirect", oauth.redirect);
  dump.path("ca_file", oauth.ca_file);
  if (oauth.client_secret_expires) dump.word("client_secret_expires", day_word(*oauth.client_secret_expires));
}

void dump_after(Dump& dump, const After& after) {
  if (after.action == AfterAction::move) {
    dump.section("after", [&] { dump.text("move", after.folder); });
    return;
  }
  dump.word("after", after.action == AfterAction::keep   ? "keep"
                     : after.action == AfterAction::seen ? "seen"
                                                         : "delete");
}

void dump_smtp(Dump& dump, const Mailbox& mailbox) {
  if (!mailbox.smtp) return;
  const Smtp& smtp = *mailbox.smtp;
  dump.section("smtp", [&] {
    dump_server(dump, smtp.server);
    dump.text("user", smtp.user);
    dump.secret("password", smtp.password);
    dump.text("from", smtp.from);
    dump.text("ehlo", smtp.ehlo);
  });
}

void dump_remote(Dump& dump, const Mailbox& mailbox) {
  dump.section("server", [&] { dump_server(dump, mailbox.server); });
  dump.text("folder", mailbox.folder);
  dump.word("auth", mailbox.auth == Auth::oauth ? "oauth" : "password");
  dump.text("user", mailbox.user);
  if (mailbox.auth == Auth::password) dump.secret("password", mailbox.password);
}

void dump_mailbox(Dump& dump, const Mailbox& mailbox) {
  dump.text("name", mailbox.name);
  dump.word("preset", facts_of(mailbox.preset).word);
  dump.word("protocol", word_of(mailbox.protocol));
  dump.text("address", mailbox.address);
  if (mailbox.protocol == Protocol::directory) {
    dump.path("path", mailbox.path);
  } else {
    dump_remote(dump, mailbox);
  }
  if (mailbox.auth == Auth::oauth && !mailbox.oauth.client_id.empty()) {
    dump.section("oauth", [&] { dump_oauth(dump, mailbox.oauth); });
  }
  dump.duration("poll_every", mailbox.poll_every);
  dump.flag("idle", mailbox.idle);
  dump_after(dump, mailbox.after);
  dump.word("start", mailbox.start == Start::all ? "all" : mailbox.start == Start::unseen ? "unseen" : "new");
  dump.word("max_size", size_word(mailbox.max_size));
  if (mailbox.pop3_hash_ledger) dump.word("pop3_without_uidl", "hash");
  dump.text("queue", mailbox.queue);
  if (mailbox.trust.set) {
    dump.section("trust", [&] {
      dump.text("authserv_id", mailbox.trust.authserv_id);
      dump.flag("internal", mailbox.trust.internal);
    });
  }
  dump_smtp(dump, mailbox);
}

void dump_template(Dump& dump, const char* key, const Template& value) {
  if (!value.enabled) return dump.word(key, "off");
  dump.section(key, [&] {
    dump.path("text", value.text);
    dump.path("html", value.html);
  });
}

void dump_queue(Dump& dump, const Queue& queue) {
  dump.text("name", queue.name);
  dump.text("number", queue.number);
  dump.texts("agents", queue.agents);
  dump.flag("own_copy", queue.own_copy);
  dump.word("closed", queue.closed == ClosedPolicy::reopen       ? "reopen"
                      : queue.closed == ClosedPolicy::new_ticket ? "new_ticket"
                                                                 : "note");
  if (queue.reopen_within) dump.duration("reopen_within", *queue.reopen_within);
  dump.texts("addresses", queue.addresses);
  if (queue.same_subject_within) dump.duration("same_subject_within", *queue.same_subject_within);
}

void dump_rule(Dump& dump, const Rule& rule) {
  dump.section("when", [&] {
    for (const RuleCondition& condition : rule.when) {
      if (condition.subject != "header") dump.text(condition.subject.c_str(), condition.pattern);
    }
    std::string headers;
    for (const RuleCondition& condition : rule.when) {
      if (condition.subject != "header") continue;
      headers += fmt::format("{}{{name: {}, matches: {}}}", headers.empty() ? "" : ", ",
                             text::json_string(condition.header), text::json_string(condition.pattern));
    }
    if (!headers.empty()) dump.word("header", "[" + headers + "]");
  });
  dump.section("set", [&] {
    dump.text("queue", rule.queue.value_or(""));
    dump.text("status", rule.status.value_or(""));
    dump.text("priority", rule.priority.value_or(""));
    dump.texts("tags", rule.tags);
    dump.text("requester", rule.requester.value_or(""));
    dump.text("assignee", rule.assignee.value_or(""));
  });
  if (rule.drop) dump.flag("drop", true);
  if (rule.quarantine) dump.flag("quarantine", true);
  if (rule.no_answer) dump.flag("no_answer", true);
  if (rule.stop) dump.flag("stop", true);
}

void dump_settings(Dump& dump, const Config& config) {
  dump.section("outbound", [&] {
    dump.number("retries", config.outbound.retries);
    dump.number("max_pending", config.outbound.max_pending);
    dump.number("max_per_run", config.outbound.max_per_run);
    dump.number("max_per_minute", config.outbound.max_per_minute);
    dump.duration("hold", config.outbound.hold);
    dump.duration("uncertain_wait", config.outbound.uncertain_wait);
  });
  dump.section("answers", [&] {
    dump.duration("max_age", config.answers.max_age);
    dump_template(dump, "new_ticket", config.answers.new_ticket);
    dump_template(dump, "closed", config.answers.closed);
    dump_template(dump, "too_large", config.answers.too_large);
    dump.word("per_sender", rate_words(config.answers.per_sender));
  });
  if (!config.notify.to.empty() || !config.notify.command.empty()) {
    dump.section("notify", [&] {
      dump.text("to", config.notify.to);
      dump.texts("command", masked_command(config.notify.command));
      dump.duration("every", config.notify.every);
    });
  }
  dump.word("quarantine", config.quarantine == QuarantinePolicy::ticket ? "ticket" : "hold");
  dump.text("proxy", mask_userinfo(config.proxy));
  if (!config.http_listen.empty()) dump.section("http", [&] { dump.text("listen", config.http_listen); });
  const auto forever = [&](const char* key, const std::optional<Seconds>& value) {
    dump.word(key, value ? duration_word(*value) : "forever");
  };
  dump.section("retention", [&] {
    forever("raw", config.retention.raw);
    forever("quarantine", config.retention.quarantine);
  });
  dump.section("deadlines", [&] {
    dump.duration("connect", config.deadlines.connect);
    dump.duration("command", config.deadlines.command);
    dump.duration("body_progress", config.deadlines.body_progress);
    dump.duration("idle_renew", config.deadlines.idle_renew);
  });
}

}  // namespace

std::string dump_masked(const Config& config) {
  Dump dump;
  dump.number("version", 1);
  const bool sqlite = !config.sqlite_path.empty();
  dump.text("storage", sqlite ? "sqlite:" + config.sqlite_path.string() : mask_userinfo(config.storage));
  dump.section("vault", [&] {
    dump.path("path", config.vault_path);
    dump.secret("key", config.vault_key);
  });
  dump.section("mailboxes", [&] {
    for (const Mailbox& mailbox : config.mailboxes) dump.item([&] { dump_mailbox(dump, mailbox); });
  });
  dump.section("queues", [&] {
    for (const Queue& queue : config.queues) dump.item([&] { dump_queue(dump, queue); });
  });
  if (!config.organisations.empty()) {
    dump.section("organisations", [&] {
      for (const Organisation& one : config.organisations) {
        dump.item([&] {
          dump.text("name", one.name);
          dump.texts("domains", one.domains);
        });
      }
    });
  }
  dump_settings(dump, config);
  if (config.rules.empty()) return dump.take();
  dump.section("rules", [&] {
    for (const Rule& rule : config.rules) dump.item([&] { dump_rule(dump, rule); });
  });
  return dump.take();
}

}  // namespace poller::config
