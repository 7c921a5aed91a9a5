// The words of bounces, folded (parsers/fold.h), in the languages that mail systems speak.
#pragma once

#include <span>
#include <string_view>

namespace poller {

std::span<const std::string_view> mail_system_names();  // within display names
std::span<const std::string_view> bounce_subjects();    // at the beginning of subjects
std::span<const std::string_view> bounce_texts();       // within the text for people
std::span<const std::string_view> delay_texts();        // the same, of reports about a delay
std::span<const std::string_view> delivered_texts();    // the same, of reports of success

}  // namespace poller
