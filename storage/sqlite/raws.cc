#include "storage/sqlite/raws.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace poller::sqlite_engine {
namespace {

using sqlite::Database;
using sqlite::Query;

// SQLite copies a bound blob once into the row it builds; a large one is written in place instead.
constexpr std::size_t kInPieces = 4 << 20;

int hex_digit(char c) {
  if (text::is_digit(c)) return c - '0';
  const char l = text::lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

void insert_small(Database& db, const std::string& key, const PackedRaw& raw) {
  db.query("INSERT INTO raw (sha256, size, codec, bytes) VALUES (?, ?, ?, ?)")
      .bind(sqlite::Blob{key}, raw.size, static_cast<int>(raw.codec), sqlite::Blob{raw.bytes})
      .run();
}

void insert_large(Database& db, const std::string& key, const PackedRaw& raw) {
  db.query("INSERT INTO raw (sha256, size, codec, bytes) VALUES (?, ?, ?, ?)")
      .bind(sqlite::Blob{key}, raw.size, static_cast<int>(raw.codec), sqlite::Zeros{raw.bytes.size()})
      .run();
  db.write_blob("raw", "bytes", db.last_insert_id(), raw.bytes);
}

}  // namespace

std::string hash_bytes(std::string_view hex) {
  std::string out;
  if (hex.size() != 64) return out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]);
    const int low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) return {};
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

std::string hash_hex(std::string_view bytes) { return text::hex(bytes); }

void insert_raw(Database& db, const PackedRaw& raw) {
  const std::string key = hash_bytes(raw.sha256);
  if (key.empty()) throw Error(ErrorKind::ours, fmt::format("\"{}\" is no SHA-256", raw.sha256));
  {
    Query there = db.query("SELECT id, bytes IS NULL FROM raw WHERE sha256 = ?");
    if (there.bind(sqlite::Blob{key}).step()) {
      if (there.integer(1) == 0) return;
      const std::int64_t id = there.integer(0);  // removed by retention, and met again
      db.query("UPDATE raw SET codec = ?, bytes = ? WHERE id = ?")
          .bind(static_cast<int>(raw.codec), sqlite::Blob{raw.bytes}, id)
          .run();
      return;
    }
  }
  raw.bytes.size() < kInPieces ? insert_small(db, key, raw) : insert_large(db, key, raw);
}

std::optional<std::string> read_raw(Database& db, const std::string& sha256) {
  const std::string key = hash_bytes(sha256);
  Query q = db.query("SELECT codec, size, bytes FROM raw WHERE sha256 = ?");
  if (!q.bind(sqlite::Blob{key}).step() || q.is_null(2)) return std::nullopt;
  return unpack_raw(static_cast<PackedRaw::Codec>(q.integer(0)), q.bytes(2), static_cast<std::uint64_t>(q.integer(1)));
}

}  // namespace poller::sqlite_engine
