// Places in one rendering of a mail found again in another, by their letters alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poller {

class TextAlignment {
 public:
  /// `from` and `to` must outlive this.
  TextAlignment(std::string_view from, std::string_view to);

  /// Where in `to` the letters stand that begin at or behind `offset` of `from`; nothing when they are not there.
  [[nodiscard]] std::optional<std::size_t> find(std::size_t offset) const;

 private:
  /// The letters and digits of a text, ASCII in lower case, and where each byte of them stands.
  struct Letters {
    explicit Letters(std::string_view text);
    std::string bytes;
    std::vector<std::uint32_t> places;
  };

  [[nodiscard]] std::optional<std::size_t> place_of(std::string_view needle, std::size_t skip) const;

  bool same_;
  std::size_t to_size_;
  std::optional<Letters> from_;
  std::optional<Letters> to_;
};

}  // namespace poller
