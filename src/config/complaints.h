// Where complaints are gathered while files are read.
#pragma once

#include <string>
#include <vector>

#include "config/load.h"

namespace poller::config {

/// Keeps at most kMost complaints: a file that is wrong in a thousand places is wrong in one.
class Complaints {
 public:
  static constexpr std::size_t kMost = 500;

  void error(const Place& place, const std::string& text) { add(Complaint::Severity::error, place, text); }
  void warning(const Place& place, const std::string& text) { add(Complaint::Severity::warning, place, text); }

  /// In the order in which their files were first named, then by line and column.
  std::vector<Complaint> sorted(const std::vector<std::string>& files) const;

 private:
  void add(Complaint::Severity severity, const Place& place, const std::string& text);
  std::vector<Complaint> all_;
};

/// `value` in quotes for a complaint: controls escaped, long ones cut.
std::string quote(std::string_view value);

}  // namespace poller::config
