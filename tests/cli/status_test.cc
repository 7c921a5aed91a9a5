// `poller status`: what nobody polls, what never succeeded and a disk that is nearly full are not "ok".
#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "folder_home.h"

using poller::cli_test::FolderHome;
using poller::cli_test::holds;

TEST_CASE("a mailbox that was never polled is no \"ok\"") {
  const FolderHome home;
  auto status = home.json({"status"}).at(0);
  CHECK(status["ready"] == false);
  REQUIRE(status["reasons"].size() == 1);
  CHECK(status["reasons"][0]["mailbox"] == "support");
  CHECK(holds(status["reasons"][0]["reason"].get<std::string>(), "no success ever"));
  const auto text = home.run({"status"}).out;
  CHECK_MESSAGE(!holds(text, " ok "), text);
  CHECK_MESSAGE(holds(text, "never polled"), text);
  REQUIRE(home.run({"--once"}).exit_code == 0);
  status = home.json({"status"}).at(0);
  CHECK(status["ready"] == true);
  CHECK(status["reasons"].empty());
  CHECK(holds(home.run({"status"}).out, " ok "));
}

TEST_CASE("the room on the storage's disk is told, and below how much nothing is fetched") {
  const FolderHome home;
  REQUIRE(home.run({"--once"}).exit_code == 0);
  auto disk = home.json({"status"}).at(0)["disk"];
  CHECK(disk["low"] == false);
  CHECK(disk["free_bytes"].get<std::uint64_t>() > 0);
  CHECK(disk["reserve_bytes"] == 256'000'000);
}

TEST_CASE("a daemon that is gone: its mailboxes are late, and status asks whether poller runs") {
  const FolderHome home("", "    poll_every: 1s\n");
  {
    poller::support::ProcessOptions options;
    options.folder = home.path();
    poller::support::Child daemon({POLLER_BINARY, "run"}, home.path() / "daemon.log", options);
    const auto wait_for = [](const auto& done) {
      for (int i = 0; i < 200 && !done(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    };
    wait_for([&] { return std::filesystem::exists(home.path() / "poller.db-wal"); });
    wait_for([&] { return home.value("SELECT count(*) FROM sqlite_master WHERE name = 'mailbox_status'") == "1"; });
    wait_for([&] { return home.value("SELECT count(*) FROM mailbox_status WHERE last_success > 0") == "1"; });
    auto status = home.json({"status"}).at(0);
    CHECK_MESSAGE(status["ready"] == true, status.dump());
    daemon.stop();
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(5200));
  auto status = home.json({"status"}).at(0);
  CHECK(status["ready"] == false);
  CHECK(status["mailboxes"][0]["overdue"].is_string());
  const auto text = home.run({"status"}).out;
  CHECK_MESSAGE(!holds(text, " ok "), text);
  CHECK_MESSAGE(holds(text, "systemctl status poller"), text);
}
