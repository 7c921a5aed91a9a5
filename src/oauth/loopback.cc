#include "oauth/loopback.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "lib/openssl/digest.h"
#include "oauth/loopback_socket.h"
#include "oauth/paste_reader.h"
#include "oauth/result_page.h"

namespace poller::oauth {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t kLargestHead = 32 * 1024;  // a code has one or two thousand characters
constexpr std::size_t kMostGuests = 16;
constexpr std::chrono::seconds kGuestPatience{5};

struct Guest {
  OpenSocket socket;
  std::string head;
  SteadyTime deadline;
};

std::string refusal_page(const char* text) { return result_page(false, "Not the sign-in", text); }

// The Host field's value: without it being ours, the request comes from a page that a name was rebound for.
bool is_our_host(std::string_view head, std::uint16_t port) {
  for (std::string_view line : text::split(head, '\n')) {
    if (!text::istarts_with(line, "host:")) continue;
    const std::string host = text::to_lower(text::trim(line.substr(5)));
    return host == fmt::format("localhost:{}", port) || host == fmt::format("127.0.0.1:{}", port) ||
           host == fmt::format("[::1]:{}", port);
  }
  return false;
}

// Answers what a browser may ask beside the point. The answer, when the head is that of the sign-in.
std::optional<RedirectAnswer> judge(const Guest& guest, std::uint16_t port, const std::string& path,
                                    const std::string& state) {
  const auto refuse = [&](const char* status, const char* why) {
    answer_browser(guest.socket.get(), status, refusal_page(why));
    return std::nullopt;
  };
  const std::string_view head = guest.head;
  const auto words = text::split(head.substr(0, head.find_first_of("\r\n")), ' ');
  if (words.size() != 3 || words[2].substr(0, 7) != "HTTP/1.") return refuse("400 Bad Request", "This is no request.");
  if (words[0] != "GET") return refuse("405 Method Not Allowed", "Only GET is answered here.");
  if (!is_our_host(head, port)) return refuse("421 Misdirected Request", "This is not the address to come by.");
  const std::size_t question = words[1].find('?');
  if (words[1].substr(0, question) != path) return refuse("404 Not Found", "There is nothing here.");
  auto answer = read_redirect_query(question == std::string_view::npos ? "" : words[1].substr(question + 1));
  if (!answer) return refuse("400 Bad Request", "This address bears no answer to a sign-in.");
  if (!equal_in_constant_time(answer->state, state)) {
    return refuse("400 Bad Request", "This page does not belong to the sign-in that poller is waiting for.");
  }
  return answer;
}

// Everybody who has knocked and not yet said what they want.
class Guests {
 public:
  void let_in(const OpenSocket& listener) {
    OpenSocket socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket) return;
    if (all_.size() >= kMostGuests) all_.erase(all_.begin());  // whoever knocks most must not shut the browser out
    all_.push_back({std::move(socket), {}, std::chrono::steady_clock::now() + kGuestPatience});
  }

  void add_to(std::vector<pollfd>& polled) const {
    for (const Guest& guest : all_) polled.push_back({guest.socket.get(), POLLIN, 0});
  }

  void send_away_the_slow() {
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(all_, [&](const Guest& g) { return now >= g.deadline; });
  }

  [[nodiscard]] SteadyTime first_deadline(SteadyTime otherwise) const {
    for (const Guest& g : all_) otherwise = std::min(otherwise, g.deadline);
    return otherwise;
  }

  // Reads from the guest with that socket; the answer, when it was the browser of this sign-in.
  std::optional<Arrival> hear(int fd, std::uint16_t port, const std::string& path, const std::string& state) {
    const auto guest = std::find_if(all_.begin(), all_.end(), [&](const Guest& g) { return g.socket.get() == fd; });
    if (guest == all_.end()) return std::nullopt;
    std::array<char, 8192> piece{};
    const ssize_t n = ::recv(fd, piece.data(), piece.size(), MSG_DONTWAIT);
    if (n > 0) guest->head.append(piece.data(), static_cast<std::size_t>(n));
    const bool whole = guest->head.find("\r\n\r\n") != std::string::npos;
    std::optional<Arrival> arrival;
    if (whole) {
      if (auto answer = judge(*guest, port, path, state)) {
        arrival = Arrival{std::move(*answer), WaitingBrowser(std::move(guest->socket))};
      }
    } else if (guest->head.size() > kLargestHead) {
      answer_browser(fd, "431 Request Header Fields Too Large", refusal_page("That is too much."));
    } else if (n > 0) {
      return std::nullopt;
    }
    Secret::wipe(guest->head);
    all_.erase(guest);
    return arrival;
  }

 private:
  std::vector<Guest> all_;
};

// What a person pastes. Terminals and mail programs break long addresses: lines are put together until they make one.
class Pasted {
 public:
  explicit Pasted(const LoopbackListener::Waiting& waiting) : waiting_(waiting) {}
  Pasted(const Pasted&) = delete;
  Pasted& operator=(const Pasted&) = delete;
  ~Pasted() { Secret::wipe(so_far_); }

  std::optional<Arrival> take(std::string line) {
    if (text::trim(line).empty()) return std::nullopt;
    add(text::trim(line));
    Secret::wipe(line);
    auto answer = read_pasted_address(so_far_);
    if (answer && equal_in_constant_time(answer->state, waiting_.state)) {
      return Arrival{std::move(*answer), WaitingBrowser()};
    }
    const bool address =
        text::istarts_with(without_quotes(so_far_), "http://") && so_far_.find('?') != std::string::npos;
    const bool cut = answer ? waiting_.state.starts_with(answer->state) : address;
    if (cut) {
      waiting_.refuse("That is a part of the address only: paste the rest of it too, or the whole on one line.");
      return std::nullopt;
    }
    waiting_.refuse(answer
                        ? "That address belongs to another sign-in: open the address above, and paste what it ends on."
                        : "That is not the address the browser ended on (it begins with http://localhost and has "
                          "code= in it).");
    Secret::wipe(so_far_);
    so_far_.clear();
    return std::nullopt;
  }

 private:
  static std::string_view without_quotes(std::string_view line) {
    return line.substr(std::min(line.find_first_not_of("\"'<"), line.size()));
  }

  void add(std::string_view line) {
    constexpr std::size_t kLongest = 64 * 1024;
    const bool anew = text::istarts_with(without_quotes(line), "http://") || so_far_.size() + line.size() > kLongest;
    std::string whole = (anew ? std::string() : so_far_) + std::string(line);
    Secret::wipe(so_far_);
    so_far_ = std::move(whole);
  }

  const LoopbackListener::Waiting& waiting_;
  std::string so_far_;
};

}  // namespace

std::optional<Arrival> LoopbackListener::wait(const Waiting& waiting) {
  const SteadyTime end = std::chrono::steady_clock::now() + waiting.timeout;
  PasteReader paste(waiting.paste);
  Pasted pasted(waiting);
  Guests guests;
  for (auto now = std::chrono::steady_clock::now(); now < end; now = std::chrono::steady_clock::now()) {
    std::vector<pollfd> polled{{v4_.get(), POLLIN, 0}, {v6_.get(), POLLIN, 0}, {paste.descriptor(), POLLIN, 0}};
    guests.add_to(polled);
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(guests.first_deadline(end) - now).count();
    constexpr std::int64_t kLongest = 60'000;
    ::poll(polled.data(), polled.size(), static_cast<int>(std::clamp<std::int64_t>(wait + 1, 1, kLongest)));
    for (std::size_t i = 3; i < polled.size(); ++i) {
      if (polled[i].revents == 0) continue;
      if (auto arrival = guests.hear(polled[i].fd, port_, path_, waiting.state)) return arrival;
    }
    if (polled[2].revents != 0) {
      for (auto line = paste.read_line(); line; line = paste.waiting_line()) {
        if (auto arrival = pasted.take(std::move(*line))) return arrival;
      }
    }
    if (polled[0].revents != 0) guests.let_in(v4_);
    if (polled[1].revents != 0) guests.let_in(v6_);
    guests.send_away_the_slow();
  }
  return std::nullopt;
}

}  // namespace poller::oauth
