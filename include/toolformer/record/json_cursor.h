// SPDX-License-Identifier: Apache-2.0
// A strict JSON reader (RFC 8259) for lines of unknown origin: it walks the text once and hands out
// values, with the depth bounded, duplicate keys refused and strings copied only when they are
// asked for. The text must be valid UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <nlohmann/json.hpp>

namespace toolformer::record {

inline constexpr std::size_t kMaxJsonDepth = 64;  ///< objects and arrays inside each other

/// What is wrong and where; caught by document_json, never leaves the folder.
struct JsonProblem {
  std::size_t byte = 0;  ///< offset into the line
  std::string message;
};

class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : text_(text) {}

  enum class Kind { kObject, kArray, kString, kNumber, kTrue, kFalse, kNull };
  /// What comes next, behind white space. Throws JsonProblem when no value does.
  Kind kind();

  /// Each reads one value of that kind. Throws JsonProblem.
  std::string read_string();
  double read_double();         ///< any finite number
  std::int64_t read_integer();  ///< no fraction, no exponent, fits 64 bits
  nlohmann::ordered_json read_value();
  void skip_value();  ///< checks the grammar, not the duplicate keys below it

  /// Calls `member(key)` behind each colon; it must read or skip one value. Refuses a key that
  /// comes twice.
  template <class Member>
  void read_object(Member&& member) {
    open('{');
    Keys keys;
    for (bool first = true; next('}', first); first = false) {
      const std::size_t at = position_;
      std::string key = read_key();
      if (!keys.insert(key)) fail(at, "the key \"" + key + "\" comes twice in one object");
      member(key);
    }
    --depth_;
  }
  /// Calls `element()` for each; it must read or skip one value.
  template <class Element>
  void read_array(Element&& element) {
    open('[');
    for (bool first = true; next(']', first); first = false) element();
    --depth_;
  }

  /// The string under this key of the object that comes next, and no further; nullopt: it has none.
  std::optional<std::string> find_string(std::string_view key);

  /// Nothing but white space may follow.
  void finish();
  std::size_t position() const { return position_; }
  [[noreturn]] static void fail(std::size_t byte, std::string message) {
    throw JsonProblem{byte, std::move(message)};
  }

 private:
  /// The keys of one object: a list while they are few, a hash set when a hostile line has many.
  class Keys {
   public:
    bool insert(const std::string& key);

   private:
    std::vector<std::string> few_;
    std::unordered_set<std::string> many_;
  };

  void open(char bracket);
  /// Moves to the next element of the object or array; false: it was closed by `close`.
  bool next(char close, bool first);
  std::string read_key();
  void skip_space();
  void skip_string();
  void skip_word(std::string_view word);
  std::string_view number_text();
  nlohmann::ordered_json read_number();
  void append_escape(std::string& out);
  char32_t read_hex4();
  [[noreturn]] void unexpected(const char* wanted) const;

  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t depth_ = 0;
};

/// Adds a key that the object (or null, which becomes one) is known not to hold, without searching
/// it.
void append_member(nlohmann::ordered_json& object, std::string key, nlohmann::ordered_json value);

/// The first byte at or behind `at` that a JSON string cannot hold as it is: a quote, a backslash
/// or a control character; text.size() when there is none.
std::size_t find_special(std::string_view text, std::size_t at);

/// "an object", for messages.
const char* name_of(JsonCursor::Kind kind);

}  // namespace toolformer::record
