#include "config/complaints.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace poller::config {

std::string to_string(const Complaint& complaint) {
  const char* word = complaint.severity == Complaint::Severity::error ? "error" : "warning";
  const Place& place = complaint.place;
  const std::string file = text::escape_controls(place.file);
  if (place.line == 0) return fmt::format("{}: {}: {}", file, word, complaint.text);
  return fmt::format("{}:{}:{}: {}: {}", file, place.line, place.column, word, complaint.text);
}

bool Loaded::ok() const {
  return std::none_of(complaints.begin(), complaints.end(),
                      [](const Complaint& c) { return c.severity == Complaint::Severity::error; });
}

void Complaints::add(Complaint::Severity severity, const Place& place, const std::string& text) {
  if (all_.size() < kMost) all_.push_back({severity, place, text});
}

std::vector<Complaint> Complaints::sorted(const std::vector<std::string>& files) const {
  const auto rank = [&](const Complaint& c) {
    return std::find(files.begin(), files.end(), c.place.file) - files.begin();
  };
  std::vector<std::pair<std::ptrdiff_t, Complaint>> ranked;
  ranked.reserve(all_.size());
  for (const Complaint& c : all_) ranked.emplace_back(rank(c), c);
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second.place.line, a.second.place.column) <
           std::tie(b.first, b.second.place.line, b.second.place.column);
  });
  std::vector<Complaint> out;
  out.reserve(ranked.size());
  for (auto& item : ranked) out.push_back(std::move(item.second));
  return out;
}

std::string quote(std::string_view value) {
  constexpr std::size_t kLongest = 80;
  if (value.size() <= kLongest) return fmt::format("\"{}\"", text::escape_controls(value));
  return fmt::format("\"{}…\"", text::escape_controls(text::utf8_prefix(value, kLongest)));
}

}  // namespace poller::config
