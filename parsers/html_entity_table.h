// The table behind html_entities.h, as text.
#pragma once

#include <string_view>

namespace poller {

/// "name HEX name HEX+HEX ..." sorted by name (byte order), names without "&" and ";".
extern const std::string_view kHtmlEntityTable;
/// The names that are also read without a semicolon behind them, sorted.
extern const std::string_view kHtmlLegacyEntities;

}  // namespace poller
