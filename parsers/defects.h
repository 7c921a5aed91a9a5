// What was wrong with a mail: each thing said once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace poller {

class Defects {
 public:
  void add(std::string defect) {
    constexpr std::size_t kMost = 100;
    if (all_.size() < kMost && std::find(all_.begin(), all_.end(), defect) == all_.end()) {
      all_.push_back(std::move(defect));
    }
  }
  [[nodiscard]] std::vector<std::string> take() { return std::move(all_); }

 private:
  std::vector<std::string> all_;
};

}  // namespace poller
