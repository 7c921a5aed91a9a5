// A mail that we sent, as others read it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace poller::e2e {

/// What Python's email package reads: {subject, from, from_name, to[], message_id, in_reply_to, references[], auto,
/// suppress, topic, index, text, html, pictures: [[Content-ID, type, size]], files: [[name, type, size]], defects[]}.
/// Checks that GMime reads the same.
nlohmann::json read_back(const std::string& mail);

}  // namespace poller::e2e
