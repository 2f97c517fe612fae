// SPDX-License-Identifier: Apache-2.0
// A strict JSON reader (RFC 8259) for text of unknown origin: it walks the text once, the depth is
// bounded, a key that comes twice in one object is refused, and each error has its byte and reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include <nlohmann/json.hpp>

namespace toolformer::formats {

inline constexpr std::size_t kMaxJsonDepth = 64;  ///< objects and arrays inside each other

struct JsonRules {
  std::size_t depth = kMaxJsonDepth;
  bool long_integers = false;  ///< integers beyond 64 bits are read as doubles, not refused
};

/// One JSON value of valid UTF-8. Throws DataError "{name}: byte ...: not valid JSON: ..." for
/// anything else. Integers beyond 64 bits become doubles: some tokenizers write 1e30 as one.
nlohmann::json parse_strict_json(std::string_view text, const std::string& name,
                                 std::size_t max_depth = kMaxJsonDepth);

/// The same for a file of at most `max_bytes`.
nlohmann::json read_strict_json(const std::filesystem::path& path,
                                std::size_t max_bytes = 256 << 20);

/// What is wrong and where; whoever reads through a JsonCursor catches it.
struct JsonProblem {
  std::size_t byte = 0;  ///< offset into the text
  std::string message;
};

enum class JsonKind { kObject, kArray, kString, kNumber, kTrue, kFalse, kNull };

/// "an object", for messages.
const char* name_of(JsonKind kind);

/// Walks over a text that must be valid UTF-8. Every method throws JsonProblem.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text, const JsonRules& rules = {})
      : text_(text), rules_(rules) {}

  /// What comes next, behind white space.
  JsonKind kind();
  bool is(JsonKind wanted) { return kind() == wanted; }

  /// Each reads one value of that kind.
  std::string read_string();
  double read_double();         ///< any finite number
  std::int64_t read_integer();  ///< a whole number, also written 4.0; fits 64 bits
  bool read_bool();
  bool skip_null();  ///< false: something else comes next
  /// `Json` is nlohmann::json or nlohmann::ordered_json.
  template <class Json>
  Json read_value();
  void skip_value();  ///< checks the grammar, not the duplicate keys below it

  /// Calls `member(key)` behind each colon; it must read or skip one value.
  template <class Member>
  void read_object(Member&& member) {
    std::unordered_set<std::string> keys;
    for (open('{'); next('}');) {
      const std::size_t at = position_;
      std::string key = read_key();
      if (!keys.insert(key).second) fail(at, "the key \"" + key + "\" comes twice in one object");
      member(std::move(key));
    }
  }
  /// Calls `element()` for each; it must read or skip one value.
  template <class Element>
  void read_array(Element&& element) {
    for (open('['); next(']');) element();
  }

  /// The string under this key of the object that comes next, and no further; nullopt: it has none.
  std::optional<std::string> find_string(std::string_view key);

  /// Nothing but white space may follow.
  void finish();
  [[noreturn]] static void fail(std::size_t byte, std::string message) {
    throw JsonProblem{byte, std::move(message)};
  }

 private:
  void open(char bracket);
  /// Moves to the next element of the object or array; false: it was closed by `close`.
  bool next(char close);
  std::string read_key();
  void skip_space();
  char peek() const { return position_ < text_.size() ? text_[position_] : '\0'; }
  bool take(std::string_view any_of);
  void skip_string();
  void skip_word(std::string_view word);
  std::string_view number_text();
  template <class Json>
  Json read_number();
  void append_escape(std::string& out);
  char32_t read_hex4();
  [[noreturn]] void unexpected(const char* wanted) const;

  std::string_view text_;
  JsonRules rules_;
  std::size_t position_ = 0;
  std::size_t depth_ = 0;
  bool first_ = false;  // the bracket that was passed last opened an object or array
};

/// Adds a key that the object (or null, which becomes one) is known not to hold, without searching
/// it.
void append_member(nlohmann::ordered_json& object, std::string key, nlohmann::ordered_json value);

/// The first byte at or behind `at` that a JSON string cannot hold as it is: a quote, a backslash
/// or a control character; text.size() when there is none.
std::size_t find_special(std::string_view text, std::size_t at);

}  // namespace toolformer::formats
