#include <doctest/doctest.h>

#include <string>

#include "base/safe_file.h"
#include "config/load.h"
#include "tests/config/config_files.h"

using namespace poller::config;
using poller::test::ConfigFolder;

namespace {

constexpr const char* kEveryKey = R"(version: 1
storage: sqlite:data/p.db
vault: {path: data/tokens, key: {command: [/bin/echo, canary-argument]}}
mailboxes:
  - name: support
    preset: microsoft365
    address: support@contoso.com
    folder: INBOX/Tickets
    oauth:
      tenant: contoso.onmicrosoft.com
      client_id: 11111111-1111-1111-1111-111111111111
      client_secret: canary-literal
      user: helpdesk@contoso.com
      ca_file: ca.pem
      client_secret_expires: 2027-01-31
    poll_every: 90s
    idle: false
    after: {move: Done}
    start: new
    max_size: 10MiB
    smtp: {from: "\"Contoso, Support\" <support@contoso.com>", password: canary-smtp}
  - name: legacy
    address: help@example.org
    server: {host: imap.example.org, port: 143}
    password: {env: LEGACY}
  - {name: files, protocol: directory, path: mail, after: keep, queue: billing}
outbound: {retries: 1, max_pending: 2, max_per_run: 3, max_per_minute: 4, hold: 30s}
answers: {max_age: 1h, new_ticket: {text: t.txt, html: t.html}, closed: off, per_sender: 1 in 1d}
notify: {command: [./alert, canary-hook], every: 1h}
queues:
  - {name: support, number: "S#{id}", agents: [anna@contoso.com, "@agents.contoso.com"], reopen_within: 30d}
  - {name: billing, own_copy: true, closed: note, addresses: [billing@contoso.com]}
quarantine: hold
proxy: http://me:canary-proxy@proxy.contoso.com:3128
http: {listen: "unix:run/http"}
retention: {raw: 365d, quarantine: forever}
deadlines: {connect: 200ms, command: 1s}
)";

}  // namespace

TEST_CASE("the dump is a configuration that means the same") {
  const ConfigFolder folder;
  const Loaded first = folder.load(kEveryKey);
  INFO(folder.complaints(first));
  REQUIRE(first.ok());
  const std::string dump = dump_masked(first.config);
  const Loaded second = folder.load(dump);
  INFO(dump);
  INFO(folder.complaints(second));
  CHECK(second.ok());
  CHECK(dump_masked(second.config) == dump);
  CHECK(second.config.mailboxes[0].smtp->from == "\"Contoso, Support\" <support@contoso.com>");
  CHECK(second.config.mailboxes[0].after.folder == "Done");
  CHECK(second.config.mailboxes[0].max_size == 10485760);
  CHECK(second.config.mailboxes[1].server.tls == Tls::starttls);
  CHECK(second.config.queues[0].agents.size() == 2);
  CHECK_FALSE(second.config.retention.quarantine);
  CHECK(second.config.deadlines.connect.count() == 200);
}

TEST_CASE("neither the dump nor a complaint shows a secret") {
  const ConfigFolder folder;
  const Loaded loaded = folder.load(kEveryKey);
  const std::string shown = dump_masked(loaded.config) + folder.complaints(loaded);
  INFO(shown);
  CHECK(shown.find("canary") == std::string::npos);
  CHECK(shown.find("********") != std::string::npos);
  CHECK(shown.find("http://***@proxy.contoso.com:3128") != std::string::npos);
}

TEST_CASE("wrong values do not show a secret either") {
  const ConfigFolder folder;
  const Loaded loaded = folder.load(R"(storage: postgresql://me:canary-1@db/x
proxy: ftp://me:canary-2@proxy
vault: {key: [canary-3]}
mailboxes:
  - {name: a, address: a@b.c, server: {host: h}, password: {command: canary-4}, after: keep}
  - {name: b, address: a@b.c, server: {host: h}, password: {command: [[canary-5]]}}
  - {name: c, address: a@b.c, server: {host: h}, password: {file: {canary-6: canary-7}}}
)");
  const std::string shown = folder.complaints(loaded);
  INFO(shown);
  CHECK_FALSE(loaded.ok());
  CHECK(shown.find("canary") == std::string::npos);
}
