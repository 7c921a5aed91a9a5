// The flat JSON objects of OAuth (RFC 6749 section 5, RFC 8414) and of the vault's entries, read so that every string
// is wiped when it goes: a general JSON library leaves tokens all over the heap.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"

namespace poller::oauth {

/// A JSON object's own members. Values that are objects are skipped, of arrays only strings and numbers are kept.
class JsonObject {
 public:
  /// Nothing when the text is not one well-formed JSON object (RFC 8259; a byte order mark is let pass), nests deeper
  /// than 32, or has a member twice. Linear in the text, iterative.
  static std::optional<JsonObject> parse(std::string_view text);

  [[nodiscard]] bool has(std::string_view name) const noexcept { return find(name) != nullptr; }
  /// A string's value, empty when there is none of that name.
  [[nodiscard]] std::string_view string(std::string_view name) const noexcept;
  [[nodiscard]] Secret secret(std::string_view name) const { return Secret(std::string(string(name))); }
  /// A whole number, also one written as a string ("3599", as Entra's older endpoints do); fractions are cut off.
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view name) const noexcept;
  [[nodiscard]] bool boolean(std::string_view name) const noexcept;
  /// The strings and numbers of an array, as texts.
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;

 private:
  friend class JsonReader;
  enum class Kind { string, number, literal, array, object };
  struct Member {
    std::string name;
    Kind kind = Kind::literal;
    Secret text;                // of a string decoded; of a number or literal as it stands
    std::vector<Secret> items;  // of an array
  };
  [[nodiscard]] const Member* find(std::string_view name) const noexcept;
  std::vector<Member> members_;
};

/// Builds a JSON object of strings, numbers and lists of strings; the buffer is wiped when it goes.
class JsonWriter {
 public:
  JsonWriter& add(std::string_view name, std::string_view value);
  JsonWriter& add(std::string_view name, std::int64_t value);
  JsonWriter& add(std::string_view name, const std::vector<std::string>& values);
  JsonWriter& add(std::string_view name, const Secret& value) { return add(name, value.reveal()); }
  Secret finish();

 private:
  void append(std::string_view piece);
  void append_name(std::string_view name);
  void append_string(std::string_view value);
  Secret out_{std::string()};
};

}  // namespace poller::oauth
