// Raw mails: each once, by the SHA-256 of its bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/sqlite/database.h"
#include "storage/raw.h"
#include "storage/sqlite/raw_file.h"

namespace poller::sqlite_engine {

/// Does nothing when it is there already.
void insert_raw(sqlite::Database& db, RawFile& beside, const PackedRaw& raw);

/// The unpacked bytes, their hash checked (Error(corrupt)); nothing when unknown, or removed by retention.
std::optional<std::string> read_raw(sqlite::Database& db, RawFile& beside, const std::string& sha256);

/// A hash as the file has it (32 bytes), and back. What is no SHA-256 in hex becomes empty.
std::string hash_bytes(std::string_view hex);
std::string hash_hex(std::string_view bytes);

}  // namespace poller::sqlite_engine
