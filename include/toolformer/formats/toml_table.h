// SPDX-License-Identifier: Apache-2.0
// Settings in TOML, read by the code that needs them: each getter checks type and range and
// remembers its key, and refuse_unknown() names every key that nobody asked for. All errors are
// UsageErrors that name file, line, key, the value and what is expected.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolformer::formats {

/// Both ends belong to it.
template <class T>
struct Range {
  T low = std::numeric_limits<T>::lowest();
  T high = std::numeric_limits<T>::max();
};

/// A handle: copies share what was read.
class TomlTable {
 public:
  using Seconds = std::chrono::duration<double>;

  static TomlTable read_file(const std::filesystem::path& path);
  /// `name` stands for the file in messages.
  static TomlTable parse(const std::string& text, const std::string& name);

  /// Whether the key is there; does not count as reading it.
  bool has(std::string_view key) const;
  std::vector<std::string> keys() const;  ///< sorted
  /// "tools.toml:12: [tool.QA] url", for messages about a value; "tools.toml:11" is the table
  /// itself.
  std::string place(std::string_view key = {}) const;
  [[noreturn]] void refuse(std::string_view key, std::string_view why) const;

  std::string string(std::string_view key, std::string fallback);
  std::string required_string(std::string_view key);  ///< there, and not empty
  std::optional<std::string> optional_string(std::string_view key);
  std::int64_t integer(std::string_view key, std::int64_t fallback, Range<std::int64_t> range = {});
  std::size_t size(std::string_view key, std::size_t fallback, Range<std::size_t> range = {});
  /// Also reads an integer; never NaN or infinite.
  double number(std::string_view key, double fallback, Range<double> range = {});
  bool boolean(std::string_view key, bool fallback);
  /// Seconds as a number, or "250 ms", "30 s", "2 min", "1 h".
  Seconds duration(std::string_view key, Seconds fallback, Range<double> seconds = {.low = 0});
  /// A single string counts as a list of one.
  std::vector<std::string> strings(std::string_view key, std::vector<std::string> fallback = {});
  /// What a flag would be given for it: one word, or those of a list.
  std::vector<std::string> words(std::string_view key);
  bool is_table(std::string_view key) const;  ///< or a list of tables; does not count as reading it
  /// name = "value" pairs.
  std::map<std::string, std::string> string_map(std::string_view key);
  std::optional<TomlTable> table(std::string_view key);
  /// [[key]], or key = [{...}, {...}].
  std::vector<TomlTable> tables(std::string_view key);

  /// Looks through this table and those below it that were read. Names the key that nobody asked
  /// for and the nearest one that somebody did.
  void refuse_unknown() const;
  /// The same for this table alone: whoever reads the tables below it checks them.
  void refuse_unknown_here() const;

 private:
  struct Node;
  explicit TomlTable(std::shared_ptr<Node> node) : node_(std::move(node)) {}
  std::shared_ptr<Node> node_;
};

}  // namespace toolformer::formats
