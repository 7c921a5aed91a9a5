// The file beside the store (PATH-raw) that holds the bytes of larger mails.
//
// Why not in the store's own file: write-ahead logging writes every byte twice and sums it up, which for mails of
// 100 KB is most of the work. This file uses SQLite's rollback journal instead, in which new pages are written once.
//
// Order makes two files safe: the bytes are durable here before the store's own transaction commits, and nothing is
// read here that no row of the store names. What a crash in between leaves has a number above all named ones, and the
// next mail that gets this number replaces it. Writers are serialised by the store's write lock.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lib/sqlite/database.h"

namespace poller::sqlite_engine {

class RawFile {
 public:
  /// Opens nothing yet: most readers never need it.
  RawFile(const std::string& store_path, bool read_only) : path_(store_path + "-raw"), read_only_(read_only) {}

  /// Stores the bytes under `number`, which is greater than that of any other bytes still wanted. Within the store's
  /// write transaction only.
  void write(std::int64_t number, std::string_view bytes);
  /// Durable when it returns. Nothing to do when nothing was written.
  void commit();
  void rollback() noexcept;

  /// Error(corrupt) when the file does not have them.
  std::string read(std::int64_t number);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  sqlite::Database& open();
  void open_for_reading();
  void open_for_writing();

  std::string path_;
  bool read_only_;
  bool writing_ = false;
  std::unique_ptr<sqlite::Database> db_;
};

}  // namespace poller::sqlite_engine
