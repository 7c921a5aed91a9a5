#include "parsers/robot_addresses.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "parsers/bounce_addresses.h"

namespace poller {
namespace {

// The local part without its separators, so that "no-reply", "no_reply" and "No.Reply" are one.
std::string bare_local_part(std::string_view address) {
  std::string out;
  for (const char c : address.substr(0, std::min(address.find_first_of("@+"), address.size()))) {
    if (c != '-' && c != '_' && c != '.') out += text::lower(c);
  }
  return out;
}

constexpr std::string_view kRobotParts[] = {
    "noreply",       "noreplay",         "donotreply",          "dontreply",    "noresponse",
    "unattended",    "nichtantworten",   "bittenichtantworten", "keineantwort", "nepasrepondre",
    "pasdereponse",  "noresponder",      "noresponda",          "naoresponda",  "naoresponder",
    "nonrispondere", "nietbeantwoorden", "svarainte",           "ikkesvar",     "eivastata",
    "devnull",
};

constexpr std::string_view kRobotNames[] = {
    "bounce",       "bounces", "listserv",     "majordomo",     "mailman",      "autoresponder", "autoreply",
    "autoresponse", "nobody",  "notification", "notifications", "mailerdaemon", "mailsystem",    "microsoftexchange",
};

}  // namespace

bool is_robot_address(std::string_view address) {
  const std::string bare = bare_local_part(address);
  if (std::any_of(std::begin(kRobotParts), std::end(kRobotParts),
                  [&](std::string_view part) { return bare.find(part) != std::string::npos; })) {
    return true;
  }
  if (std::find(std::begin(kRobotNames), std::end(kRobotNames), bare) != std::end(kRobotNames)) return true;
  const std::string_view local = address.substr(0, address.find('@'));
  return text::istarts_with(local, "owner-") || text::iends_with(local, "-request") ||
         text::iends_with(local, "-bounces") || text::iends_with(local, "-owner") ||
         text::istarts_with(local, "bounce-") || text::istarts_with(local, "bounces-");
}

bool is_system_sender(std::string_view address) {
  return is_system_address(address) || text::istarts_with(address, "microsoftexchange");
}

}  // namespace poller
