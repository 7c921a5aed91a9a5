#include <fmt/format.h>

#include "base/text.h"
#include "config/read_parts.h"
#include "config/secret_ref.h"
#include "config/shapes.h"
#include "config/words.h"

namespace poller::config {
namespace {

void read_storage(const Value& value, Config& config) {
  constexpr const char* kAllowed = "sqlite:PATH";
  if (!value) {
    config.storage = "sqlite:var/poller.db";
  } else if (!read_text(value, config.storage, kAllowed)) {
    return;
  }
  constexpr std::string_view kSqlite = "sqlite:";
  if (config.storage.starts_with(kSqlite) && config.storage.size() > kSqlite.size() &&
      config.storage.find(":memory:") == std::string::npos) {
    config.sqlite_path = (value.reading->folder / config.storage.substr(kSqlite.size())).lexically_normal();
  } else if (!config.storage.starts_with("postgresql:") && !config.storage.starts_with("postgres:")) {
    value.refuse(kAllowed);
  }
}

void read_vault(Section& top, Config& config) {
  config.vault_path = (top.reading().folder / "var/tokens").lexically_normal();
  with_section(top, "vault", [&](Section& vault) {
    read_path(vault.at("path"), config.vault_path);
    read_secret(vault.at("key"), config.vault_key);
  });
}

void read_outbound(Section& top, Outbound& outbound) {
  with_section(top, "outbound", [&](Section& section) {
    read_count(section.at("retries"), 0, 1000, outbound.retries);
    read_count(section.at("max_pending"), 1, 10'000'000, outbound.max_pending);
    read_count(section.at("max_per_run"), 1, 1'000'000, outbound.max_per_run);
    read_count(section.at("max_per_minute"), 1, 100'000, outbound.max_per_minute);
    read_duration(section.at("hold"), outbound.hold, Seconds(0), std::chrono::hours(24));
    read_duration(section.at("uncertain_wait"), outbound.uncertain_wait, Seconds(0), std::chrono::hours(24));
  });
}

/// {text: PATH, html: PATH}, or off.
void read_template(Section& parent, const std::string& key, Template& out) {
  const Value value = parent.at(key);
  if (!value) return;
  if (value.is(Node::Kind::scalar) && (value.node->value == "off" || value.node->value == "false")) {
    out = {};
    return;
  }
  constexpr const char* kAllowed = "{text: PATH}, with html: PATH beside it if you like, or off";
  if (!value.is(Node::Kind::map)) {
    value.refuse(kAllowed);
    return;
  }
  Section section(parent.reading(), *value.node, value.path, parent.generic_of(key));
  const Value text = section.at("text");
  out.enabled = read_path(text, out.text);
  read_path(section.at("html"), out.html);
  if (!text) section.missing("text", std::string("missing; allowed: ") + kAllowed);
  section.done();
}

void read_answers(Section& top, Answers& answers) {
  with_section(top, "answers", [&](Section& section) {
    read_duration(section.at("max_age"), answers.max_age, Seconds(60), std::chrono::hours(24 * 365));
    read_template(section, "new_ticket", answers.new_ticket);
    read_template(section, "closed", answers.closed);
    read_template(section, "too_large", answers.too_large);
    const Value rate = section.at("per_sender");
    if (rate && (!rate.is(Node::Kind::scalar) || !parse_rate(rate.node->value, answers.per_sender))) {
      rate.refuse("a number of answers in a duration, such as 10 in 3h");
    }
  });
}

void read_notify(Section& top, Notify& notify) {
  with_section(top, "notify", [&](Section& section) {
    read_address(section.at("to"), notify.to);
    const Value command = section.at("command");
    if (command && !command.is(Node::Kind::list)) {
      command.refuse("[PROGRAM, ARGUMENT...], started without a shell");
    } else if (read_texts(command, notify.command) && !notify.command.empty()) {
      std::string& program = notify.command.front();
      if (program.find('/') != std::string::npos)
        program = (top.reading().folder / program).lexically_normal().string();
    }
    read_duration(section.at("every"), notify.every, Seconds(60), std::chrono::hours(24 * 30));
    if (!section.has("to") && !section.has("command")) {
      section.missing("to", "missing; allowed: an address, or command: [PROGRAM, ARGUMENT...]");
    }
  });
}

void read_proxy(const Value& value, std::string& out) {
  std::string word;
  constexpr const char* kAllowed = "http://HOST:PORT, https://HOST:PORT, socks5://HOST:PORT or socks5h://HOST:PORT";
  if (!read_text(value, word, kAllowed)) return;
  const auto url = parse_url(word);
  const bool scheme =
      url && (url->scheme == "http" || url->scheme == "https" || url->scheme == "socks5" || url->scheme == "socks5h");
  if (!scheme || url->port == 0 || (!url->rest.empty() && url->rest != "/")) {
    value.refuse(kAllowed);
    return;
  }
  if (url->userinfo.find(':') != std::string::npos) value.warn("the proxy's password stands in the file itself");
  out = word;
}

void read_http(Section& top, Config& config) {
  with_section(top, "http", [&](Section& section) {
    const Value listen = section.at("listen");
    constexpr const char* kAllowed = "ADDRESS:PORT, such as 127.0.0.1:8025, or unix:PATH";
    if (!listen) {
      section.missing("listen", std::string("missing; allowed: ") + kAllowed);
      return;
    }
    std::string word;
    if (!read_text(listen, word, kAllowed)) return;
    std::string host;
    std::uint16_t port = 0;
    if (word.starts_with("unix:") && word.size() > 5) {
      config.http_listen = "unix:" + (top.reading().folder / word.substr(5)).lexically_normal().string();
    } else if (parse_host_port(word, host, port)) {
      config.http_listen = word;
      if (!is_loopback(host)) listen.warn("health and metrics are open to the network, without a password");
    } else {
      listen.refuse(kAllowed);
    }
  });
}

void read_deadlines(Section& top, Deadlines& deadlines) {
  with_section(top, "deadlines", [&](Section& section) {
    constexpr std::chrono::milliseconds kLeast(10);
    read_duration(section.at("connect"), deadlines.connect, kLeast);
    read_duration(section.at("command"), deadlines.command, kLeast);
    read_duration(section.at("body_progress"), deadlines.body_progress, kLeast);
    read_duration(section.at("idle_renew"), deadlines.idle_renew, kLeast);
  });
}

}  // namespace

void read_settings(Section& top, Config& config) {
  read_storage(top.at("storage"), config);
  read_vault(top, config);
  read_outbound(top, config.outbound);
  read_answers(top, config.answers);
  read_notify(top, config.notify);
  read_word<QuarantinePolicy>(top.at("quarantine"),
                              {{"ticket", QuarantinePolicy::ticket}, {"hold", QuarantinePolicy::hold}},
                              config.quarantine);
  read_proxy(top.at("proxy"), config.proxy);
  read_http(top, config);
  with_section(top, "retention", [&](Section& section) {
    read_duration_or_forever(section.at("raw"), config.retention.raw);
    read_duration_or_forever(section.at("quarantine"), config.retention.quarantine);
  });
  read_deadlines(top, config.deadlines);
}

}  // namespace poller::config
