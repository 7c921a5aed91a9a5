#include "service/alerts.h"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace poller {
namespace {

using AlertJson = nlohmann::ordered_json;

std::string alert_host() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return "this host";
  return name;
}

std::string footer() { return fmt::format("\npoller on {}. `poller status` shows how it is now.\n", alert_host()); }

std::string paragraph(const Trouble& t, UnixTime since) {
  std::string out = fmt::format("* {} (since {})\n", text::escape_controls(t.title), rfc3339(since));
  if (!t.detail.empty()) out += fmt::format("  {}\n", text::escape_controls(t.detail));
  if (!t.advice.empty()) out += fmt::format("  What to do: {}\n", text::escape_controls(t.advice));
  return out;
}

std::string subject_of(const char* prefix, const std::vector<std::string>& titles) {
  const std::string first = text::escape_controls(titles.front());
  if (titles.size() == 1) return fmt::format("{}{}", prefix, first);
  return fmt::format("{}{}, and {} more", prefix, first, titles.size() - 1);
}

bool is_due(const AlertEntry& entry, const Trouble& trouble, std::chrono::seconds every, UnixTime now) {
  if (entry.told_at != 0 && now - entry.told_at < every.count() && now >= entry.told_at) return false;
  return !entry.told || trouble.level == 0 || trouble.level > entry.level;
}

}  // namespace

std::vector<AlertText> take_alerts(AlertEntries& entries, const std::vector<Trouble>& troubles,
                                   std::chrono::seconds every, UnixTime now) {
  std::map<std::string, bool> there;
  std::vector<std::string> news, over;
  AlertText alert, clear;
  for (const auto& trouble : troubles) {
    there[trouble.key] = true;
    AlertEntry& entry = entries[trouble.key];
    if (!entry.lasts) entry.since = now;
    entry.lasts = true;
    entry.title = trouble.title;
    if (!is_due(entry, trouble, every, now)) continue;
    entry.told = true;
    entry.told_at = now;
    entry.level = trouble.level;
    news.push_back(trouble.title);
    alert.keys.push_back(trouble.key);
    alert.text += paragraph(trouble, entry.since);
  }
  for (auto it = entries.begin(); it != entries.end();) {
    AlertEntry& entry = it->second;
    if (entry.lasts && !there[it->first]) {
      if (entry.told) {
        over.push_back(entry.title);
        clear.keys.push_back(it->first);
        clear.text += fmt::format("* over: {} (since {})\n", text::escape_controls(entry.title), rfc3339(entry.since));
      }
      entry.lasts = entry.told = false;
    }
    const bool remembered = entry.lasts || (entry.told_at != 0 && now - entry.told_at < every.count());
    it = remembered ? std::next(it) : entries.erase(it);
  }
  std::vector<AlertText> out;
  if (!news.empty()) {
    alert.subject = subject_of("poller: ", news);
    alert.text += footer();
    out.push_back(std::move(alert));
  }
  if (!over.empty()) {
    clear.all_clear = true;
    clear.subject = subject_of("poller: all clear: ", over);
    clear.text += footer();
    out.push_back(std::move(clear));
  }
  return out;
}

std::string alert_entries_to_json(const AlertEntries& entries) {
  AlertJson out = AlertJson::object();
  for (const auto& [key, e] : entries) {
    out[key] = {{"lasts", e.lasts},     {"told", e.told},   {"since", e.since},
                {"told_at", e.told_at}, {"level", e.level}, {"title", e.title}};
  }
  return out.dump(-1, ' ', false, AlertJson::error_handler_t::replace);
}

AlertEntries alert_entries_from_json(std::string_view json) {
  AlertEntries entries;
  const AlertJson all = AlertJson::parse(json, nullptr, false);
  if (!all.is_object()) return entries;
  for (const auto& [key, e] : all.items()) {
    if (!e.is_object()) continue;
    try {
      entries[key] = {e.at("lasts"), e.at("told"), e.at("since"), e.at("told_at"), e.at("level"), e.at("title")};
    } catch (const AlertJson::exception&) {
      entries.erase(key);  // written by another version
    }
  }
  return entries;
}

}  // namespace poller
