// Senders by list and by domain: VIPs and block lists from files, organisations.
#pragma once

#include <filesystem>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "config/config.h"

namespace poller {

/// A file of addresses and domains, one a line: "ann@example.com", "@example.com" (that domain and those below it).
/// What follows "#" is a comment. Compared as address_key() does.
class SenderList {
 public:
  /// Throws Error(configuration) that names the file, and the line where one is neither.
  explicit SenderList(const std::filesystem::path& file);

  [[nodiscard]] bool holds(const std::string& address) const;

 private:
  std::unordered_set<std::string> entries_;
};

/// `organisations`: whose sender an address is.
class Organisations {
 public:
  Organisations() = default;
  explicit Organisations(const std::vector<config::Organisation>& organisations);

  /// The name, or empty. Of "a.b.example" the nearest domain counts: its own, then "b.example".
  [[nodiscard]] std::string of(const std::string& address) const;

 private:
  std::unordered_map<std::string, std::string> names_;  // by "@domain"
};

}  // namespace poller
