// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/strict_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "toolformer/base/ascii.h"
#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"
#include "toolformer/formats/byte_reader.h"
#include "toolformer/formats/mapped_file.h"

namespace toolformer::formats {

using base::is_digit;

nlohmann::json parse_strict_json(std::string_view text, const std::string& name,
                                 std::size_t max_depth) {
  JsonProblem found;
  if (const auto byte = base::find_invalid_utf8(text)) {
    found = {*byte, "not valid UTF-8"};
  } else {
    try {
      JsonCursor cursor(text, {.depth = max_depth, .long_integers = true});
      nlohmann::json value = cursor.read_value<nlohmann::json>();
      cursor.finish();
      return value;
    } catch (JsonProblem& problem) {
      found = std::move(problem);
    }
  }
  base::throw_error<base::DataError>("{}: byte {}: not valid JSON: {}", name, found.byte,
                                     printable(found.message));
}

nlohmann::json read_strict_json(const std::filesystem::path& path, std::size_t max_bytes) {
  const MappedFile file(path);
  if (file.bytes().size() > max_bytes) {
    base::throw_error<base::DataError>("{}: has {} bytes, more than the {} that are allowed",
                                       path.string(), file.bytes().size(), max_bytes);
  }
  return parse_strict_json(
      {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()}, path.string());
}

/// Eight bytes at a time: (word ^ c) has a zero byte where the text has c. A borrow can make a byte
/// look like a match only behind a true one.
std::size_t find_special(std::string_view text, std::size_t at) {
  static_assert(std::endian::native == std::endian::little, "the lowest bit is of the first byte");
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL, kHighs = 0x8080808080808080ULL;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    const auto below = [](std::uint64_t bytes, std::uint64_t limit) {
      return (bytes - kOnes * limit) & ~bytes & kHighs;
    };
    const std::uint64_t found =
        below(word ^ (kOnes * '"'), 1) | below(word ^ (kOnes * '\\'), 1) | below(word, 0x20);
    if (found != 0) return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
  }
  while (at < text.size() && text[at] != '"' && text[at] != '\\' &&
         static_cast<unsigned char>(text[at]) >= 0x20U) {
    ++at;
  }
  return at;
}

const char* name_of(JsonKind kind) {
  static constexpr std::array kNames = {"an object", "an array", "a string", "a number",
                                        "true",      "false",    "null"};
  return kNames.at(static_cast<std::size_t>(kind));
}

void append_member(nlohmann::ordered_json& object, std::string key, nlohmann::ordered_json value) {
  if (object.is_null()) object = nlohmann::ordered_json::object();
  // ordered_json looks through all keys at each insertion, which a line with a million of them
  // would make quadratic.
  std::vector<std::pair<const std::string, nlohmann::ordered_json>>& members =
      object.get_ref<nlohmann::ordered_json::object_t&>();
  members.emplace_back(std::move(key), std::move(value));
}

void JsonCursor::unexpected(const char* wanted) const {
  if (position_ >= text_.size())
    fail(position_, fmt::format("the line ends where {} should come", wanted));
  const auto byte = static_cast<unsigned char>(text_[position_]);
  fail(position_, byte > 0x20U && byte < 0x7FU
                      ? fmt::format("expected {}, found '{}'", wanted, static_cast<char>(byte))
                      : fmt::format("expected {}, found byte 0x{:02x}", wanted, byte));
}

void JsonCursor::skip_space() {
  position_ = std::min(text_.find_first_not_of(" \t\r\n", position_), text_.size());
}

bool JsonCursor::take(std::string_view any_of) {
  const bool found = position_ < text_.size() && any_of.find(text_[position_]) != any_of.npos;
  if (found) ++position_;
  return found;
}

JsonKind JsonCursor::kind() {
  skip_space();
  switch (const char c = peek()) {
    case '{':
      return JsonKind::kObject;
    case '[':
      return JsonKind::kArray;
    case '"':
      return JsonKind::kString;
    case 't':
      return JsonKind::kTrue;
    case 'f':
      return JsonKind::kFalse;
    case 'n':
      return JsonKind::kNull;
    default:
      if (c == '-' || is_digit(c)) return JsonKind::kNumber;
      unexpected("a JSON value");
  }
}

void JsonCursor::open(char bracket) {
  skip_space();
  if (peek() != bracket) unexpected(bracket == '{' ? "an object" : "an array");
  if (++depth_ > rules_.depth) {
    fail(position_, fmt::format("nested deeper than {} levels", rules_.depth));
  }
  ++position_;
  first_ = true;
}

bool JsonCursor::next(char close) {
  skip_space();
  const bool first = std::exchange(first_, false);
  if (peek() == close) {
    ++position_;
    --depth_;
    return false;
  }
  if (first) return true;
  if (!take(",")) unexpected(close == '}' ? "',' or '}'" : "',' or ']'");
  skip_space();
  if (peek() == close) unexpected("a value behind the comma");
  return true;
}

std::string JsonCursor::read_key() {
  skip_space();
  if (peek() != '"') unexpected("a key in quotes");
  std::string key = read_string();
  skip_space();
  if (!take(":")) unexpected("':'");
  return key;
}

std::string JsonCursor::read_string() {
  skip_space();
  if (!take("\"")) unexpected("a string");
  std::string out;
  for (;;) {
    const std::size_t end = find_special(text_, position_);
    out.append(text_, position_, end - position_);
    position_ = end;
    if (end == text_.size()) fail(end, "the line ends inside a string");
    if (text_[end] == '"') {
      ++position_;
      return out;
    }
    if (text_[end] != '\\') {
      fail(end, fmt::format("control character 0x{:02x} inside a string; JSON wants it escaped",
                            static_cast<unsigned char>(text_[end])));
    }
    append_escape(out);
  }
}

char32_t JsonCursor::read_hex4() {
  unsigned value = 0;
  const char* begin = text_.data() + position_;
  const char* end = begin + std::min<std::size_t>(4, text_.size() - position_);
  const auto [stop, error] = std::from_chars(begin, end, value, 16);
  if (error != std::errc() || stop != begin + 4)
    fail(position_, "\\u wants four hexadecimal digits");
  position_ += 4;
  return value;
}

void JsonCursor::append_escape(std::string& out) {
  const std::size_t start = position_;
  constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  ++position_;
  const char letter = peek();
  ++position_;
  if (const std::size_t index = kLetters.find(letter); index != std::string_view::npos) {
    out.push_back(kMeanings[index]);
    return;
  }
  if (letter != 'u') fail(start, "unknown escape in a string");
  char32_t c = read_hex4();
  const auto lone = [&] {
    fail(start, fmt::format("lone surrogate \\u{:04x}", static_cast<unsigned>(c)));
  };
  if (c >= 0xDC00U && c <= 0xDFFFU) lone();
  if (c >= 0xD800U && c <= 0xDBFFU) {
    if (text_.substr(position_, 2) != "\\u") lone();
    position_ += 2;
    const char32_t low = read_hex4();
    if (low < 0xDC00U || low > 0xDFFFU) lone();
    c = 0x10000U + ((c - 0xD800U) << 10U) + (low - 0xDC00U);
  }
  base::append_utf8(out, c);
}

std::string_view JsonCursor::number_text() {
  skip_space();
  const std::size_t start = position_;
  const auto digits = [&] {
    const std::size_t first = position_;
    while (is_digit(peek())) ++position_;
    return position_ - first;
  };
  take("-");
  const char first = peek();
  const std::size_t whole = digits();
  if (whole == 0) unexpected("a number");
  if (whole > 1 && first == '0') fail(start, "a number with a leading zero");
  if (take(".") && digits() == 0) unexpected("a digit behind the point");
  if (take("eE")) {
    take("+-");
    if (digits() == 0) unexpected("a digit of the exponent");
  }
  return text_.substr(start, position_ - start);
}

template <class Json>
Json JsonCursor::read_number() {
  const std::string_view number = number_text();
  const std::size_t start = position_ - number.size();
  const char* end = number.data() + number.size();
  if (number.find_first_of(".eE") == std::string_view::npos) {
    const auto whole = [&](auto value) -> std::optional<Json> {
      if (std::from_chars(number.data(), end, value).ec != std::errc()) return std::nullopt;
      return value;
    };
    const std::optional<Json> value =
        number.front() == '-' ? whole(std::int64_t{}) : whole(std::uint64_t{});
    if (value) return *value;
    if (!rules_.long_integers) {
      fail(start, fmt::format("the integer {} does not fit 64 bits; write it as a string",
                              number.substr(0, 40)));
    }
  }
  double value = 0;
  const auto result = std::from_chars(number.data(), end, value);
  // from_chars also reports out_of_range for what rounds to zero; that is a number like any other.
  if (result.ec != std::errc()) value = std::strtod(std::string(number).c_str(), nullptr);
  if (!std::isfinite(value)) {
    fail(start, fmt::format("the number {} is too large for a double", number.substr(0, 40)));
  }
  return value;
}

double JsonCursor::read_double() {
  return read_number<nlohmann::json>().get<double>();
}

std::int64_t JsonCursor::read_integer() {
  skip_space();
  const std::size_t start = position_;
  const auto number = read_number<nlohmann::json>();
  if (number.is_number_float()) {
    // Writers of tables write 4.0 where a column has gaps. Beyond 2^53 a double skips integers.
    constexpr double kExact = 9007199254740992.0;
    const auto value = number.get<double>();
    if (std::trunc(value) == value && std::abs(value) <= kExact)
      return static_cast<std::int64_t>(value);
    fail(start, "expected an integer, found a number with a fraction or exponent");
  }
  if (number.is_number_unsigned() && number.get<std::uint64_t>() > INT64_MAX) {
    fail(start, "the integer does not fit 63 bits");
  }
  return number.get<std::int64_t>();
}

bool JsonCursor::read_bool() {
  const bool value = kind() == JsonKind::kTrue;
  skip_word(value ? "true" : "false");
  return value;
}

bool JsonCursor::skip_null() {
  const bool found = kind() == JsonKind::kNull;
  if (found) skip_word("null");
  return found;
}

void JsonCursor::skip_word(std::string_view word) {
  if (text_.substr(position_, word.size()) != word) unexpected("a JSON value");
  position_ += word.size();
}

template <class Json>
Json JsonCursor::read_value() {
  switch (kind()) {
    case JsonKind::kObject: {
      Json object = Json::object();
      read_object([&](std::string key) {
        if constexpr (std::is_same_v<Json, nlohmann::ordered_json>) {
          append_member(object, std::move(key), read_value<Json>());
        } else {
          object.emplace(std::move(key), read_value<Json>());
        }
      });
      return object;
    }
    case JsonKind::kArray: {
      Json array = Json::array();
      read_array([&] { array.push_back(read_value<Json>()); });
      return array;
    }
    case JsonKind::kString:
      return read_string();
    case JsonKind::kNumber:
      return read_number<Json>();
    case JsonKind::kNull:
      skip_null();
      return nullptr;
    default:
      return read_bool();
  }
}

template nlohmann::json JsonCursor::read_value();
template nlohmann::ordered_json JsonCursor::read_value();

void JsonCursor::skip_string() {
  for (++position_;; ++position_) {
    position_ = find_special(text_, position_);
    if (position_ >= text_.size()) fail(text_.size(), "the line ends inside a string");
    if (take("\"")) return;
    if (peek() == '\\') ++position_;
  }
}

void JsonCursor::skip_value() {
  switch (kind()) {
    case JsonKind::kObject:
      for (open('{'); next('}');) {
        if (kind() != JsonKind::kString) unexpected("a key in quotes");
        skip_string();
        skip_space();
        if (!take(":")) unexpected("':'");
        skip_value();
      }
      return;
    case JsonKind::kArray:
      return read_array([&] { skip_value(); });
    case JsonKind::kString:
      return skip_string();
    case JsonKind::kNumber:
      number_text();
      return;
    case JsonKind::kNull:
      skip_null();
      return;
    default:
      read_bool();
  }
}

std::optional<std::string> JsonCursor::find_string(std::string_view key) {
  for (open('{'); next('}');) {
    if (read_key() == key && kind() == JsonKind::kString) return read_string();
    skip_value();
  }
  return std::nullopt;
}

void JsonCursor::finish() {
  skip_space();
  if (position_ < text_.size()) unexpected("the end of the line");
}

}  // namespace toolformer::formats
