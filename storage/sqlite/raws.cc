#include "storage/sqlite/raws.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "lib/openssl/digest.h"

namespace poller::sqlite_engine {
namespace {

using sqlite::Blob;
using sqlite::Database;
using sqlite::Query;

// Larger ones go into the file beside. Its commit costs four syncs where the log costs one, so that a few small mails
// had better not touch it.
constexpr std::size_t kBeside = 16 * 1024;

int hex_digit(char c) {
  if (text::is_digit(c)) return c - '0';
  const char l = text::lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

std::int64_t next_number(Database& db) {
  return db.read_integer("SELECT max(beside) FROM raw WHERE beside IS NOT NULL") + 1;
}

// Bytes and number as the row has them: one of the two.
struct Place {
  std::optional<Blob> bytes;
  std::int64_t number = 0;
};

Place put_bytes(Database& db, RawFile& beside, const PackedRaw& raw) {
  if (raw.bytes.size() < kBeside) return {Blob{raw.bytes}, 0};
  const std::int64_t number = next_number(db);
  beside.write(number, raw.bytes);
  return {std::nullopt, number};
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

void insert_raw(Database& db, RawFile& beside, const PackedRaw& raw) {
  const std::string key = hash_bytes(raw.sha256);
  if (key.empty()) throw Error(ErrorKind::ours, fmt::format("\"{}\" is no SHA-256", raw.sha256));
  {
    Query there = db.query("SELECT 1 FROM raw WHERE sha256 = ? AND (bytes IS NOT NULL OR beside IS NOT NULL)");
    if (there.bind(Blob{key}).step()) return;
  }
  const Place place = put_bytes(db, beside, raw);
  db.query(
        "INSERT INTO raw (sha256, size, codec, beside, bytes) VALUES (?, ?, ?, nullif(?, 0), ?)"
        " ON CONFLICT (sha256) DO UPDATE SET"  // removed by retention, and met again
        " codec = excluded.codec, beside = excluded.beside, bytes = excluded.bytes")
      .bind(Blob{key}, raw.size, static_cast<int>(raw.codec), place.number, place.bytes)
      .run();
}

std::optional<std::string> read_raw(Database& db, RawFile& beside, const std::string& sha256) {
  const std::string key = hash_bytes(sha256);
  Query q = db.query("SELECT codec, size, beside, bytes FROM raw WHERE sha256 = ?");
  if (!q.bind(Blob{key}).step() || (q.is_null(2) && q.is_null(3))) return std::nullopt;
  const std::string outside = q.is_null(2) ? std::string() : beside.read(q.integer(2));
  std::string bytes = unpack_raw(static_cast<PackedRaw::Codec>(q.integer(0)), q.is_null(2) ? q.bytes(3) : outside,
                                 static_cast<std::uint64_t>(q.integer(1)));
  if (poller::sha256(bytes) != key) {
    throw Error(ErrorKind::corrupt, fmt::format("the stored mail {} is damaged", sha256), "Restore a backup.");
  }
  return bytes;
}

}  // namespace poller::sqlite_engine
