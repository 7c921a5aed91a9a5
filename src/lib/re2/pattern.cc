#include "lib/re2/pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>

#include "base/error.h"

namespace poller::re2 {

namespace {

::re2::StringPiece piece(std::string_view s) { return {s.data(), s.size()}; }

RE2::Options pattern_options(std::size_t memory) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(static_cast<std::int64_t>(memory));
  return options;
}

[[noreturn]] void refuse(std::string_view pattern, const std::string& fault) {
  throw Error(ErrorKind::configuration, fmt::format("bad pattern \"{}\": {}", pattern, fault),
              "Patterns have RE2 syntax: https://github.com/google/re2/wiki/Syntax");
}

}  // namespace

struct Pattern::Impl {
  explicit Impl(std::string_view pattern) : regex(piece(pattern), pattern_options(kPatternMemory)) {}
  RE2 regex;
};

Pattern::Pattern(std::string_view pattern) : impl_(std::make_unique<Impl>(pattern)) {
  if (!impl_->regex.ok()) refuse(pattern, impl_->regex.error());
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

struct PatternSet::Impl {
  explicit Impl(std::size_t memory) : set(pattern_options(memory), RE2::UNANCHORED) {}
  RE2::Set set;
  std::vector<Pattern> single;  // for texts on which the joint automaton outgrows its memory
};

PatternSet::PatternSet(const std::vector<std::string>& patterns)
    : impl_(std::make_unique<Impl>(kPatternMemory * std::max<std::size_t>(1, patterns.size()))) {
  for (const std::string& pattern : patterns) {
    impl_->single.emplace_back(pattern);
    std::string fault;
    if (impl_->set.Add(piece(pattern), &fault) < 0) refuse(pattern, fault);
  }
  if (!impl_->set.Compile()) refuse(fmt::format("{} patterns", patterns.size()), "together they need too much memory");
}
PatternSet::PatternSet(PatternSet&& other) noexcept = default;
PatternSet& PatternSet::operator=(PatternSet&& other) noexcept = default;
PatternSet::~PatternSet() = default;

std::vector<std::size_t> PatternSet::found_in(std::string_view text) const {
  std::vector<std::size_t> result;
  if (impl_->single.empty()) return result;
  std::vector<int> found;
  RE2::Set::ErrorInfo info{};
  if (impl_->set.Match(piece(text), &found, &info)) {
    result.assign(found.begin(), found.end());
    std::sort(result.begin(), result.end());
    return result;
  }
  if (info.kind == RE2::Set::kNoError) return result;
  for (std::size_t i = 0; i < impl_->single.size(); ++i)
    if (impl_->single[i].found_in(text)) result.push_back(i);
  return result;
}

}  // namespace poller::re2
