#include "lib/re2/pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/error.h"

namespace poller::re2 {

namespace {

::re2::StringPiece piece(std::string_view s) { return {s.data(), s.size()}; }

RE2::Options pattern_options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(static_cast<std::int64_t>(kPatternMemory));
  return options;
}

// Where the fast automaton finds no room after all, time grows with this.
constexpr int kMostInstructions = 256 * 1024;

[[noreturn]] void refuse(std::string_view pattern, const std::string& fault) {
  throw Error(ErrorKind::configuration, fmt::format("bad pattern \"{}\": {}", pattern, fault),
              "Patterns have RE2 syntax: https://github.com/google/re2/wiki/Syntax");
}

}  // namespace

struct Pattern::Impl {
  explicit Impl(std::string_view pattern) : regex(piece(pattern), pattern_options()) {}
  RE2 regex;
};

Pattern::Pattern(std::string_view pattern) : impl_(std::make_unique<Impl>(pattern)) {
  if (!impl_->regex.ok()) refuse(pattern, impl_->regex.error());
  if (impl_->regex.ProgramSize() > kMostInstructions) refuse(pattern, "pattern too large");
}
Pattern::Pattern(Pattern&& other) noexcept = default;
Pattern& Pattern::operator=(Pattern&& other) noexcept = default;
Pattern::~Pattern() = default;

bool Pattern::found_in(std::string_view text) const {
  return impl_->regex.Match(piece(text), 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

std::vector<std::string_view> Pattern::groups(std::string_view text) const {
  std::vector<::re2::StringPiece> found(static_cast<std::size_t>(impl_->regex.NumberOfCapturingGroups()) + 1);
  if (!impl_->regex.Match(piece(text), 0, text.size(), RE2::UNANCHORED, found.data(), static_cast<int>(found.size())))
    return {};
  std::vector<std::string_view> result;
  result.reserve(found.size());
  for (const auto& group : found)
    result.push_back(group.data() == nullptr ? std::string_view() : std::string_view(group.data(), group.size()));
  return result;
}

const std::string& Pattern::source() const noexcept { return impl_->regex.pattern(); }

}  // namespace poller::re2
