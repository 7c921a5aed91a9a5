// How fast the store is: inserts in groups, look-ups, and both with a large store. Not a test; run by hand:
//   bench_storage FOLDER [--mails N] [--group N] [--preload N] [--mix small|mails] [--page N] [--log BYTES] [--reads]
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "lib/openssl/digest.h"
#include "storage/sqlite/engine.h"

namespace poller {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string folder = ".";
  int mails = 10'000;
  int group = 50;
  int preload = 0;
  std::string mix = "small";
  int page = 0;
  long log = 0;
  bool reads = false;
};

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

long peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

std::string words(std::mt19937& random, std::size_t size) {
  static const std::vector<std::string> vocabulary{
      "the",     "printer", "on",   "floor",  "two",     "does",    "not",  "work",  "since",      "this",
      "morning", "please",  "help", "thanks", "Contoso", "invoice", "4711", "error", "0x80004005", "\r\n"};
  std::string out;
  while (out.size() < size) {
    out += vocabulary[random() % vocabulary.size()];
    out += random() % 8 == 0 ? fmt::format("{} ", random() % 100'000) : " ";
  }
  out.resize(size);
  return out;
}

std::string base64_lines(std::mt19937& random, std::size_t size) {
  static const char* const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve(size + 80);
  while (out.size() < size) {
    for (int i = 0; i < 76; i += 4) {
      const unsigned bits = static_cast<unsigned>(random());
      for (int k = 0; k < 4; ++k) out += alphabet[bits >> (6 * k) & 63];
    }
    out += "\r\n";
  }
  return out;
}

struct Prepared {
  Mail mail;
  std::string bytes;
};

// 60 % 4 KB text, 30 % 40 KB HTML and text, 8 % 300 KB, 2 % 3 MB with attachments; or all of 3 KB.
Prepared make_mail(std::mt19937& random, const std::string& mix, long n) {
  Prepared out;
  Mail& m = out.mail;
  const unsigned dice = mix == "small" ? 0 : static_cast<unsigned>(random() % 100);
  const std::size_t text = dice < 60 ? (mix == "small" ? 2700 : 4000) : 8000;
  m.text = words(random, text);
  m.new_text = m.text.substr(0, m.text.size() / 2);
  if (dice >= 60) m.html = words(random, 30'000);
  out.bytes = fmt::format("Message-ID: <{}@bench.example>\r\n\r\n", n) + m.text + m.html.value_or("");
  if (dice >= 90) out.bytes += base64_lines(random, dice >= 98 ? 3'000'000 : 260'000);
  m.size = out.bytes.size();
  m.sha256 = sha256_hex(out.bytes);
  m.message_id = fmt::format("{:x}{:x}.{}@bench.example", random(), random(), n);
  m.subject = m.subject_base = "Printer " + words(random, 30);
  m.from = Address{"Person", fmt::format("person{}@bench.example", random() % 50'000)};
  m.to = {{"Support", "support@contoso.example"}};
  if (dice >= 90) {
    Attachment a;
    a.filename = "picture.png";
    a.content_type = "image/png";
    a.size = m.size * 3 / 4;
    a.sha256 = m.sha256;
    m.attachments = {a};
  }
  return out;
}

struct Feed {
  Store& store;
  std::mt19937 random{42};
  long next = 0;
  std::vector<std::string> known_ids{};

  void store_mail(Transaction& t, Prepared& p) {
    const PackedRaw raw = pack_raw(std::move(p.bytes), p.mail.sha256);
    t.savepoint();
    const SourceKey key{"support", "INBOX", 1, static_cast<std::uint32_t>(++next), ""};
    const std::string identity = p.mail.sha256;
    store.find_identity(identity);
    if (!known_ids.empty() && random() % 3 == 0) {  // one in three answers something
      p.mail.references = {known_ids[random() % known_ids.size()]};
    }
    const auto hits = store.find_thread(p.mail.references);
    TicketId ticket = 0;
    if (hits.empty()) {
      NewTicket nt;
      nt.subject = p.mail.subject;
      nt.queue = "support";
      nt.number_form = "T-{id}";
      nt.requester = *p.mail.from;
      nt.created_at = 1'700'000'000 + next;
      ticket = t.create_ticket(nt, "poller").id;
    } else {
      ticket = hits.front().ticket;
    }
    Verdict verdict;
    NewMessage m;
    m.ticket = ticket;
    m.mail = &p.mail;
    m.verdict = &verdict;
    m.raw = &raw;
    m.received_at = 1'700'000'000 + next;
    m.mailbox = "support";
    m.identity = identity;
    m.decision_json = R"({"signals":[],"rules":[]})";
    const MessageId id = t.add_message(m, "poller");
    t.add_thread_ids(ticket, p.mail.references);
    t.touch_contact(*p.mail.from, m.received_at);
    t.set_ledger(key, LedgerState::stored, id);
    t.release_savepoint();
    if (known_ids.size() < 100'000) known_ids.push_back(*p.mail.message_id);
  }
};

// Makes the mails outside of the measured time, a group at a time, so that memory stays flat.
double run(Store& store, Feed& feed, const Options& o, int mails, bool in_hand) {
  double taken = 0;
  double worst = 0;
  double bytes = 0;
  const double cpu_before = cpu_seconds();
  double cpu_making = 0;
  for (int done = 0; done < mails; done += o.group) {
    const double cpu_start = cpu_seconds();
    std::vector<Prepared> group;
    std::vector<SourceKey> keys;
    for (int i = 0; i < o.group; ++i) {
      group.push_back(make_mail(feed.random, o.mix, feed.next + i));
      bytes += static_cast<double>(group.back().bytes.size());
      keys.push_back({"support", "INBOX", 1, static_cast<std::uint32_t>(feed.next + i + 1), ""});
    }
    cpu_making += cpu_seconds() - cpu_start;
    const auto start = Clock::now();
    if (in_hand) {
      auto t = store.begin();
      t->mark_in_hand(keys);
      t->commit();
    }
    {
      auto t = store.begin();
      for (Prepared& p : group) feed.store_mail(*t, p);
      t->commit();
    }
    auto t = store.begin();
    t->set_settled(keys);
    t->commit();
    const double spent = seconds_since(start);
    taken += spent;
    worst = std::max(worst, spent);
  }
  fmt::print(
      "{} mails in groups of {}: {:.2f} s, {:.0f} mails/s, {:.0f} MB/s, {:.1f} us CPU a mail, worst group {:.0f} ms\n",
      mails, o.group, taken, mails / taken, bytes / 1e6 / taken,
      (cpu_seconds() - cpu_before - cpu_making) / mails * 1e6, worst * 1e3);
  return taken / mails;
}

template <class F>
void timed(const char* what, F f) {
  const auto start = Clock::now();
  const std::size_t n = f();
  fmt::print("  {:<44} {:>8.2f} ms ({} results)\n", what, seconds_since(start) * 1e3, n);
}

void reads(Store& store, const Feed& feed) {
  std::vector<SourceKey> keys;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    keys.push_back({"support", "INBOX", 1, static_cast<std::uint32_t>(feed.next) - 5'000 + i, ""});
  }
  const auto count = [&](const TicketFilter& filter) {
    std::size_t n = 0;
    store.for_each_ticket(filter, [&](const Ticket&) { ++n; });
    return n;
  };
  timed("ledger, 10,000 keys, half of them new", [&] { return store.ledger(keys).size(); });
  TicketFilter page, fresh, open, theirs, newest;
  page.limit = fresh.limit = 50;
  fresh.status = "new";
  open.queue = "support";
  open.status = "open";
  theirs.requester = "Person77@bench.example";
  newest.since = 1'700'000'000 + feed.next - 100;
  timed("tickets --limit 50", [&] { return count(page); });
  timed("tickets --status new --limit 50", [&] { return count(fresh); });
  timed("tickets --queue support --status open", [&] { return count(open); });
  timed("tickets --requester", [&] { return count(theirs); });
  timed("tickets --since (100 newest seconds)", [&] { return count(newest); });
  timed("show (messages of one ticket)", [&] { return store.messages(feed.next / 3).size(); });
  timed("unsettled", [&] { return store.unsettled("support", "INBOX", 1).size(); });
  timed("left in hand", [&] { return store.left_in_hand("support").size(); });
  timed("changed since the last 1,000 changes",
        [&] { return store.changed_since(feed.next * 5 / 3 - 1'000, 10'000).size(); });
  timed("status and quarantine", [&] { return store.mailbox_statuses().size() + store.quarantine(true).size(); });
}

void prepare_file(const std::string& path, int page) {
  if (page == 0) return;
  std::filesystem::remove(path);
  { std::unique_ptr<std::FILE, int (*)(std::FILE*)> made(std::fopen(path.c_str(), "w"), std::fclose); }
  sqlite::Database db(path, false, 1000);
  db.execute(fmt::format("PRAGMA page_size = {}; PRAGMA journal_mode = WAL", page));
}

Options parse(int argc, char** argv) {
  Options o;
  if (argc > 1) o.folder = argv[1];
  for (int i = 2; i < argc; ++i) {
    const std::string key = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : "0";
    if (key == "--reads") {
      o.reads = true;
      continue;
    }
    ++i;
    if (key == "--mails") o.mails = std::atoi(value);
    if (key == "--group") o.group = std::atoi(value);
    if (key == "--preload") o.preload = std::atoi(value);
    if (key == "--mix") o.mix = value;
    if (key == "--page") o.page = std::atoi(value);
    if (key == "--log") o.log = std::atol(value);
  }
  return o;
}

int bench(const Options& o) {
  const std::string path = o.folder + "/bench.db";
  for (const char* suffix : {"", "-wal", "-shm", "-raw", "-raw-journal"}) std::filesystem::remove(path + suffix);
  prepare_file(path, o.page);
  sqlite_engine::SqliteStore store(path, false);
  auto& db = store.database();
  if (o.log != 0)
    db.execute(fmt::format("PRAGMA wal_autocheckpoint = {}", o.log / db.read_integer("PRAGMA page_size")));
  fmt::print("page {} log {} pages mix {}\n", db.read_integer("PRAGMA page_size"),
             db.read_integer("PRAGMA wal_autocheckpoint"), o.mix);
  Feed feed{store};
  if (o.preload > 0) {
    Options big = o;
    big.group = 2'000;
    big.mix = "small";
    db.execute("PRAGMA synchronous = OFF");
    run(store, feed, big, o.preload, false);
    db.execute("PRAGMA synchronous = FULL");
  }
  run(store, feed, o, o.mails, true);
  if (o.reads) reads(store, feed);
  fmt::print("peak memory {} MB, file {} MB\n", peak_megabytes(), std::filesystem::file_size(path) / 1'000'000);
  return 0;
}

}  // namespace
}  // namespace poller

int main(int argc, char** argv) { return poller::bench(poller::parse(argc, argv)); }
