#include "service/metric_family.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace poller {
namespace {

std::string escaped_label(const std::string& value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

std::string number_text(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return fmt::format("{}", static_cast<std::int64_t>(value));
  return fmt::format("{}", value);
}

void write_head(std::string& out, const std::string& name, const std::string& help, const char* type) {
  out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

std::string label_text(const std::vector<std::string>& names, const LabelValues& values) {
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < values.size(); ++i) {
    out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : ",", names[i], escaped_label(values[i]));
  }
  return out.empty() ? out : "{" + out + "}";
}

}  // namespace

NumberFamily::NumberFamily(const char* type, std::string name, std::string help, std::vector<std::string> labels)
    : type_(type), name_(std::move(name)), help_(std::move(help)), labels_(std::move(labels)) {
  if (labels_.empty()) declare({});
}

double NumberFamily::value(const LabelValues& labels) const {
  const auto found = values_.find(labels);
  return found == values_.end() ? 0 : found->second;
}

void NumberFamily::write(std::string& out) const {
  write_head(out, name_, help_, type_);
  for (const auto& [labels, value] : values_) {
    out += name_ + label_text(labels_, labels) + " " + number_text(value) + "\n";
  }
}

HistogramFamily::HistogramFamily(std::string name, std::string help, std::string label, std::vector<double> bounds)
    : name_(std::move(name)), help_(std::move(help)), label_(std::move(label)), bounds_(std::move(bounds)) {}

void HistogramFamily::declare(const std::string& label) {
  series_.try_emplace(label, Series{std::vector<std::uint64_t>(bounds_.size() + 1), 0});
}

void HistogramFamily::observe(const std::string& label, double value) {
  declare(label);
  Series& series = series_[label];
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  ++series.counts[static_cast<std::size_t>(bucket)];
  series.sum += value;
}

void HistogramFamily::write(std::string& out) const {
  write_head(out, name_, help_, "histogram");
  for (const auto& [label, series] : series_) {
    const std::string text = fmt::format("{}=\"{}\"", label_, escaped_label(label));
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < series.counts.size(); ++i) {
      count += series.counts[i];
      const std::string bound = i < bounds_.size() ? number_text(bounds_[i]) : "+Inf";
      out += fmt::format("{}_bucket{{{},le=\"{}\"}} {}\n", name_, text, bound, count);
    }
    out +=
        fmt::format("{}_sum{{{}}} {}\n{}_count{{{}}} {}\n", name_, text, number_text(series.sum), name_, text, count);
  }
}

}  // namespace poller
