#include "tests/storage/processes.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <stdexcept>

#include "base/error.h"
#include "tests/storage/conformance.h"

namespace poller::storage_test {
namespace {

int word_pipe = -1;

}  // namespace

void tell_parent() {
  const char word = '.';
  if (::write(word_pipe, &word, 1) != 1) ::_exit(98);
}

void hang() {
  for (;;) ::pause();
}

Child::Child(const std::function<int()>& body) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  pid_ = ::fork();
  if (pid_ == 0) {
    ::close(ends[0]);
    word_pipe = ends[1];
    int code = 99;
    try {
      code = body();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "in the child: %s\n", error.what());
    }
    ::_exit(code);
  }
  ::close(ends[1]);
  pipe_ = ends[0];
}

Child::~Child() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(pipe_);
}

void Child::wait_for_word() {
  char word = 0;
  if (::read(pipe_, &word, 1) != 1) throw std::runtime_error("the child ended early");
}

void Child::kill(bool leave_zombie) {
  ::kill(pid_, SIGKILL);
  if (!leave_zombie) {
    join();
    return;
  }
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
}

int Child::join() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE("a process killed in mid-transaction leaves the old state") {
  with_each_engine([](Place& place) {
    store_one(*place.open(), 1);
    Child child([&]() -> int {
      const auto store = place.open();
      auto transaction = store->begin();
      for (int n = 2; n < 30; ++n) add_one(*transaction, n);
      const Mail mail = sample_mail(100);
      const Verdict verdict;
      std::string large(3'000'000, '\0');
      for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * i >> 3);
      const PackedRaw raw{mail.sha256, large.size(), PackedRaw::Codec::none, large};
      NewMessage message;
      message.ticket = 1;
      message.mail = &mail;
      message.verdict = &verdict;
      message.raw = &raw;
      transaction->add_message(message, "poller");
      tell_parent();
      hang();
    });
    child.wait_for_word();
    child.kill();
    CHECK(place.check().empty());
    const auto store = place.open();
    CHECK(store->messages(1).size() == 1);
    CHECK_FALSE(store->ticket(2));
    CHECK(store_one(*store, 2).ticket.id == 2);
    CHECK(place.check().empty());
  });
}

TEST_CASE("what was committed is there after a kill") {
  with_each_engine([](Place& place) {
    Child child([&]() -> int {
      const auto store = place.open();
      store_one(*store, 1);
      tell_parent();
      hang();
    });
    child.wait_for_word();
    child.kill();
    CHECK(place.open()->messages(1).size() == 1);
    CHECK(place.check().empty());
  });
}

TEST_CASE("two processes write at the same time, and make the store at the same time") {
  with_each_engine([](Place& place) {
    const auto writer = [&place](int from) {
      return [&place, from] {
        const auto store = place.open();
        for (int n = from; n < from + 40; ++n) store_one(*store, n);
        return 0;
      };
    };
    Child first(writer(1000));
    Child second(writer(2000));
    Child third(writer(3000));
    CHECK(first.join() == 0);
    CHECK(second.join() == 0);
    CHECK(third.join() == 0);
    const auto store = place.open();
    std::size_t tickets = 0;
    store->for_each_ticket({}, [&](const Ticket& ticket) { tickets += ticket.message_count == 1 ? 1 : 0; });
    CHECK(tickets == 120);
    CHECK(place.check().empty());
  });
}

TEST_CASE("a reader sees the state before an open transaction, and never waits for it") {
  with_each_engine([](Place& place) {
    const auto writer = place.open();
    const auto reader = place.open(true);
    store_one(*writer, 1);
    auto transaction = writer->begin();
    add_one(*transaction, 2);
    CHECK(writer->ticket(2));
    CHECK_FALSE(reader->ticket(2));
    CHECK(reader->raw(sample_mail(1).sha256));
    transaction->commit();
    CHECK(reader->ticket(2));
  });
}

TEST_CASE("mails in hand of a dead process are found, those of a living one are not") {
  with_each_engine([](Place& place) {
    const std::vector<SourceKey> keys{imap_key(1), imap_key(2)};
    Child child([&]() -> int {
      const auto store = place.open();
      auto transaction = store->begin();
      transaction->mark_in_hand(keys);
      transaction->commit();
      tell_parent();
      hang();
    });
    child.wait_for_word();
    const auto store = place.open();
    CHECK(store->left_in_hand("support").empty());
    child.kill();
    const auto left = store->left_in_hand("support");
    REQUIRE(left.size() == 2);
    CHECK(left[0].source == keys[0]);
    CHECK(left[0].attempts == 1);
    CHECK(store->left_in_hand("other").empty());
  });
}

TEST_CASE("a second store in one process leaves the first its locks: nobody deletes the log under it") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "store.db").string();
  // In children, so that no lock of this process stands in for theirs.
  Child daemon([&]() -> int {
    const auto first = open_sqlite_store(path);
    store_one(*first, 1);
    const auto second = open_sqlite_store(path);
    tell_parent();
    ::usleep(1'000'000);
    store_one(*second, 2);
    store_one(*first, 3);
    tell_parent();
    hang();
  });
  daemon.wait_for_word();
  // Somebody looks and goes, as `poller tickets` does: the last to close would clear the log away.
  Child visitor([&] { return open_sqlite_store(path) ? 0 : 1; });
  CHECK(visitor.join() == 0);
  CHECK(std::filesystem::exists(path + "-wal"));
  daemon.wait_for_word();
  daemon.kill();
  const auto after = open_sqlite_store(path);
  int tickets = 0;
  after->for_each_ticket({}, [&](const Ticket&) { ++tickets; });
  CHECK(tickets == 3);
}

}  // namespace poller::storage_test
