// Many processes change the same tickets at the same time: nothing is lost, and the history fits together.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <thread>
#include <vector>

#include "folder_home.h"

using poller::cli_test::bytes_of;
using poller::cli_test::FolderHome;

namespace {

void side_by_side(std::vector<std::function<void()>> work) {
  std::vector<std::jthread> threads;
  for (auto& one : work) threads.emplace_back(std::move(one));
}

}  // namespace

TEST_CASE("set, note and replay side by side") {
  const FolderHome home;
  const auto ticket = home.replay(bytes_of({.id = "a@x"})).at("ticket").dump();
  constexpr int kRounds = 4;
  const auto repeat = [&](const std::function<void(int)>& one) {
    return [one] {
      for (int i = 0; i < kRounds; ++i) one(i);
    };
  };
  std::vector<int> codes(3 * kRounds, -1);
  side_by_side(
      {repeat([&](int i) {
         codes[static_cast<std::size_t>(i)] =
             home.run({"set", ticket, "--status", i % 2 == 0 ? "open" : "pending", "--tag", "t" + std::to_string(i)})
                 .exit_code;
       }),
       repeat([&](int i) {
         codes[static_cast<std::size_t>(kRounds + i)] =
             home.run({"note", ticket}, "note " + std::to_string(i)).exit_code;
       }),
       repeat([&](int i) {
         const auto mail = bytes_of({.subject = "Re: it", .id = std::to_string(i) + "@y", .reply = "<a@x>"});
         codes[static_cast<std::size_t>(2 * kRounds + i)] = home.run({"replay", "-"}, mail).exit_code;
       })});
  for (const int code : codes) CHECK(code == 0);
  CHECK(home.value("SELECT message_count FROM ticket_v1") == std::to_string(1 + 2 * kRounds));
  CHECK(home.value("SELECT count(*) FROM message_v1 WHERE ticket_id = " + ticket) == std::to_string(1 + 2 * kRounds));
  CHECK(home.value("SELECT json_array_length(tags_json) FROM ticket") == std::to_string(kRounds));
  // Each change of status starts from what the one before it left.
  CHECK(home.value("SELECT count(*) FROM (SELECT json_extract(detail_json, '$.old') AS old, lag(json_extract("
                   "detail_json, '$.new'), 1, 'new') OVER (ORDER BY sequence) AS before FROM change_v1 WHERE what = "
                   "'status') WHERE old <> before") == "0");
  CHECK(home.value("SELECT count(*) = max(sequence) FROM change_v1") == "1");
}

TEST_CASE("two tickets merged into one another at the same time are one ticket afterwards") {
  const FolderHome home;
  const auto a = home.replay(bytes_of({.id = "a@x"})).at("ticket").dump();
  const auto b = home.replay(bytes_of({.id = "b@x"})).at("ticket").dump();
  int one = -1;
  int other = -1;
  side_by_side({[&] {
                  one = home.run({"merge", a, b}).exit_code;
                },
                [&] {
                  other = home.run({"merge", b, a}).exit_code;
                }});
  CHECK(std::min(one, other) == 0);
  CHECK(std::max(one, other) == 64);
  CHECK(home.value("SELECT count(*) FROM ticket_v1 WHERE status = 'merged'") == "1");
  CHECK(home.value("SELECT message_count FROM ticket_v1 WHERE status <> 'merged'") == "2");
}

TEST_CASE("tickets made by several processes have numbers of their own") {
  const FolderHome home;
  std::vector<std::function<void()>> work;
  for (int w = 0; w < 3; ++w) {
    work.emplace_back([&home, w] {
      for (int i = 0; i < 3; ++i) {
        home.run({"replay", "-"}, bytes_of({.id = std::to_string(10 * w + i) + "@z"}));
      }
    });
  }
  side_by_side(std::move(work));
  CHECK(home.value("SELECT count(DISTINCT number) FROM ticket_v1") == "9");
  CHECK(home.value("SELECT count(*) FROM change_v1 WHERE what = 'created'") == "9");
}
