// Counters, gauges and histograms, and their text for Prometheus (exposition format 0.0.4).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace poller {

using LabelValues = std::vector<std::string>;

/// A counter or gauge with any number of labels. Not for use by several threads at once.
class NumberFamily {
 public:
  NumberFamily(const char* type, std::string name, std::string help, std::vector<std::string> labels = {});

  void declare(const LabelValues& labels) { values_.try_emplace(labels, 0); }  // there, at zero
  void add(const LabelValues& labels, double amount) { values_[labels] += amount; }
  void set(const LabelValues& labels, double value) { values_[labels] = value; }
  [[nodiscard]] double value(const LabelValues& labels) const;
  void write(std::string& out) const;

 private:
  const char* type_;
  std::string name_, help_;
  std::vector<std::string> labels_;
  std::map<LabelValues, double> values_;
};

/// A histogram with one label. Not for use by several threads at once.
class HistogramFamily {
 public:
  /// `bounds`: upper bounds in rising order, +Inf is added.
  HistogramFamily(std::string name, std::string help, std::string label, std::vector<double> bounds);

  void declare(const std::string& label);
  void observe(const std::string& label, double value);
  void write(std::string& out) const;

 private:
  struct Series {
    std::vector<std::uint64_t> counts;  // a bucket each, the last one +Inf
    double sum = 0;
  };
  std::string name_, help_, label_;
  std::vector<double> bounds_;
  std::map<std::string, Series> series_;
};

}  // namespace poller
