// The pipeline's threads: order, and what is left when one of them fails.
#include "intake/pipeline.h"

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using poller::MailSink;
using poller::Processed;
using poller::RawMail;

RawMail numbered(std::uint64_t number) {
  RawMail mail;
  mail.source.uid = static_cast<std::uint32_t>(number);
  mail.bytes = std::string(number % 7 * 1000, 'x');
  return mail;
}

auto produce(std::uint64_t count, std::uint64_t fail_after = UINT64_MAX) {
  return [=](const MailSink& sink, const std::stop_token&) {
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i == fail_after) throw std::runtime_error("the connection broke");
      if (!sink(numbered(i))) return;
    }
  };
}

// Some mails take longer than others.
Processed process(RawMail&& mail) {
  std::this_thread::sleep_for(std::chrono::microseconds(mail.source.uid * 7919 % 13 * 20));
  Processed out;
  out.raw = std::move(mail);
  return out;
}

// The numbers in the order in which they were consumed.
struct Taken {
  std::vector<std::uint64_t> numbers;
  void operator()(std::vector<Processed>&& group) {
    CHECK(group.size() <= 100);
    for (const auto& mail : group) numbers.push_back(mail.raw.source.uid);
  }
  [[nodiscard]] bool is_up_to(std::uint64_t count) const {
    if (numbers.size() != count) return false;
    for (std::uint64_t i = 0; i < count; ++i) {
      if (numbers[i] != i) return false;
    }
    return true;
  }
};

}  // namespace

TEST_CASE("the pipeline keeps the order of production") {
  Taken taken;
  poller::run_pipeline(produce(600), process, std::ref(taken));
  CHECK(taken.is_up_to(600));
}

TEST_CASE("what was produced before the connection broke is consumed, then the error is thrown") {
  for (const std::uint64_t good : {0, 1, 2, 150}) {
    Taken taken;
    CHECK_THROWS_WITH(poller::run_pipeline(produce(1000, good), process, std::ref(taken)), "the connection broke");
    CHECK(taken.is_up_to(good));
  }
}

TEST_CASE("a mail that cannot be processed ends the pipeline after those before it") {
  for (const std::uint64_t bad : {0, 1, 2, 99, 150}) {
    Taken taken;
    const auto failing = [&](RawMail&& mail) {
      if (mail.source.uid == bad) throw std::runtime_error("no memory");
      return process(std::move(mail));
    };
    CHECK_THROWS_WITH(poller::run_pipeline(produce(1000), failing, std::ref(taken)), "no memory");
    CHECK(taken.is_up_to(bad));
  }
}

TEST_CASE("a disk that fails ends production, and nothing is consumed after it") {
  std::uint64_t produced = 0;
  int groups = 0;
  const auto endless = [&](const MailSink& sink, const std::stop_token&) {
    while (sink(numbered(produced))) ++produced;
  };
  const auto failing = [&](std::vector<Processed>&&) {
    if (++groups == 3) throw std::runtime_error("disk full");
  };
  CHECK_THROWS_WITH(poller::run_pipeline(endless, process, failing), "disk full");
  CHECK(groups == 3);
  CHECK(produced > 0);
}

TEST_CASE("a mail larger than what may wait passes") {
  Taken taken;
  const auto large = [](const MailSink& sink, const std::stop_token&) {
    for (std::uint64_t i = 0; i < 4; ++i) {
      RawMail mail = numbered(i);
      mail.bytes.resize(30 * 1024 * 1024);
      sink(std::move(mail));
    }
  };
  poller::run_pipeline(large, process, std::ref(taken));
  CHECK(taken.is_up_to(4));
}
