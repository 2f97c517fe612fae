// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/json_cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "toolformer/base/utf8.h"

namespace toolformer::record {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

/// The first byte at or behind `at` that ends a run of plain string bytes: a quote, a backslash or
/// a control character. Eight bytes at a time: (word ^ c) has a zero byte where the text has c.
std::size_t find_special(std::string_view text, std::size_t at) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL, kHighs = 0x8080808080808080ULL;
  const auto zero_bytes = [](std::uint64_t word) { return (word - kOnes) & ~word & kHighs; };
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    const std::uint64_t below_space = (word - kOnes * 0x20U) & ~word & kHighs;
    if ((zero_bytes(word ^ (kOnes * '"')) | zero_bytes(word ^ (kOnes * '\\')) | below_space) != 0) {
      break;
    }
  }
  while (at < text.size() && text[at] != '"' && text[at] != '\\' &&
         static_cast<unsigned char>(text[at]) >= 0x20U) {
    ++at;
  }
  return at;
}

const char* name_of(JsonCursor::Kind kind) {
  switch (kind) {
    case JsonCursor::Kind::kObject:
      return "an object";
    case JsonCursor::Kind::kArray:
      return "an array";
    case JsonCursor::Kind::kString:
      return "a string";
    case JsonCursor::Kind::kNumber:
      return "a number";
    case JsonCursor::Kind::kTrue:
      return "true";
    case JsonCursor::Kind::kFalse:
      return "false";
    case JsonCursor::Kind::kNull:
      return "null";
  }
  return "nothing";
}

void append_member(nlohmann::ordered_json& object, std::string key, nlohmann::ordered_json value) {
  using Json = nlohmann::ordered_json;
  if (object.is_null()) object = Json::object();
  // ordered_json looks through all keys at each insertion, which a line with a million of them
  // would make quadratic.
  std::vector<std::pair<const std::string, Json>>& members = object.get_ref<Json::object_t&>();
  members.emplace_back(std::move(key), std::move(value));
}

bool JsonCursor::Keys::insert(const std::string& key) {
  constexpr std::size_t kFew = 24;
  if (many_.empty() && few_.size() < kFew) {
    if (std::find(few_.begin(), few_.end(), key) != few_.end()) return false;
    few_.push_back(key);
    return true;
  }
  if (many_.empty()) many_.insert(few_.begin(), few_.end());
  return many_.insert(key).second;
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
  while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\t' ||
                                      text_[position_] == '\r' || text_[position_] == '\n')) {
    ++position_;
  }
}

JsonCursor::Kind JsonCursor::kind() {
  skip_space();
  const char c = position_ < text_.size() ? text_[position_] : '\0';
  switch (c) {
    case '{':
      return Kind::kObject;
    case '[':
      return Kind::kArray;
    case '"':
      return Kind::kString;
    case 't':
      return Kind::kTrue;
    case 'f':
      return Kind::kFalse;
    case 'n':
      return Kind::kNull;
    default:
      if (c == '-' || is_digit(c)) return Kind::kNumber;
      unexpected("a JSON value");
  }
}

void JsonCursor::open(char bracket) {
  skip_space();
  if (position_ >= text_.size() || text_[position_] != bracket) {
    unexpected(bracket == '{' ? "an object" : "an array");
  }
  if (++depth_ > kMaxJsonDepth) {
    fail(position_, fmt::format("nested deeper than {} levels", kMaxJsonDepth));
  }
  ++position_;
}

bool JsonCursor::next(char close, bool first) {
  skip_space();
  const char c = position_ < text_.size() ? text_[position_] : '\0';
  if (c == close && position_ < text_.size()) {
    ++position_;
    return false;
  }
  if (first) return true;
  if (c != ',') unexpected(close == '}' ? "',' or '}'" : "',' or ']'");
  ++position_;
  skip_space();
  if (position_ < text_.size() && text_[position_] == close) unexpected("a value behind the comma");
  return true;
}

std::string JsonCursor::read_key() {
  skip_space();
  if (position_ >= text_.size() || text_[position_] != '"') unexpected("a key in quotes");
  std::string key = read_string();
  skip_space();
  if (position_ >= text_.size() || text_[position_] != ':') unexpected("':'");
  ++position_;
  return key;
}

std::string JsonCursor::read_string() {
  skip_space();
  if (position_ >= text_.size() || text_[position_] != '"') unexpected("a string");
  ++position_;
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
  const char letter = position_ < text_.size() ? text_[position_] : '\0';
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
    while (position_ < text_.size() && is_digit(text_[position_])) ++position_;
    return position_ - first;
  };
  const auto take = [&](std::string_view any_of) {
    const bool found =
        position_ < text_.size() && any_of.find(text_[position_]) != std::string_view::npos;
    if (found) ++position_;
    return found;
  };
  take("-");
  const std::size_t first = position_;
  const std::size_t whole = digits();
  if (whole == 0) unexpected("a number");
  if (whole > 1 && text_[first] == '0') fail(start, "a number with a leading zero");
  if (take(".") && digits() == 0) unexpected("a digit behind the point");
  if (take("eE")) {
    take("+-");
    if (digits() == 0) unexpected("a digit of the exponent");
  }
  return text_.substr(start, position_ - start);
}

nlohmann::ordered_json JsonCursor::read_number() {
  const std::size_t start = position_;
  const std::string_view number = number_text();
  const char* end = number.data() + number.size();
  if (number.find_first_of(".eE") == std::string_view::npos) {
    std::int64_t negative = 0;
    std::uint64_t positive = 0;
    const bool is_negative = number.front() == '-';
    const auto result = is_negative ? std::from_chars(number.data(), end, negative)
                                    : std::from_chars(number.data(), end, positive);
    if (result.ec != std::errc()) {
      fail(start, fmt::format("the integer {} does not fit 64 bits; write it as a string",
                              number.substr(0, 40)));
    }
    if (is_negative) return negative;
    return positive;
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
  if (kind() != Kind::kNumber) unexpected("a number");
  return read_number().get<double>();
}

std::int64_t JsonCursor::read_integer() {
  if (kind() != Kind::kNumber) unexpected("an integer");
  const std::size_t start = position_;
  const nlohmann::ordered_json number = read_number();
  if (number.is_number_float())
    fail(start, "expected an integer, found a number with a fraction or exponent");
  if (number.is_number_unsigned() && number.get<std::uint64_t>() > INT64_MAX) {
    fail(start, "the integer does not fit 63 bits");
  }
  return number.get<std::int64_t>();
}

void JsonCursor::skip_word(std::string_view word) {
  if (text_.substr(position_, word.size()) != word) unexpected("a JSON value");
  position_ += word.size();
}

nlohmann::ordered_json JsonCursor::read_value() {
  using Json = nlohmann::ordered_json;
  switch (kind()) {
    case Kind::kObject: {
      Json object = Json::object();
      read_object([&](std::string& key) { append_member(object, std::move(key), read_value()); });
      return object;
    }
    case Kind::kArray: {
      Json array = Json::array();
      read_array([&] { array.push_back(read_value()); });
      return array;
    }
    case Kind::kString:
      return read_string();
    case Kind::kNumber:
      return read_number();
    case Kind::kTrue:
      skip_word("true");
      return true;
    case Kind::kFalse:
      skip_word("false");
      return false;
    case Kind::kNull:
      skip_word("null");
      return nullptr;
  }
  return nullptr;
}

void JsonCursor::skip_string() {
  ++position_;
  for (;;) {
    position_ = find_special(text_, position_);
    if (position_ >= text_.size()) fail(text_.size(), "the line ends inside a string");
    const char c = text_[position_];
    if (c == '"') break;
    position_ += c == '\\' ? 2 : 1;
  }
  ++position_;
}

void JsonCursor::skip_value() {
  switch (kind()) {
    case Kind::kObject:
      open('{');
      for (bool first = true; next('}', first); first = false) {
        if (kind() != Kind::kString) unexpected("a key in quotes");
        skip_string();
        skip_space();
        skip_word(":");
        skip_value();
      }
      --depth_;
      return;
    case Kind::kArray:
      read_array([&] { skip_value(); });
      return;
    case Kind::kString:
      skip_string();
      return;
    case Kind::kNumber:
      number_text();
      return;
    case Kind::kTrue:
      skip_word("true");
      return;
    case Kind::kFalse:
      skip_word("false");
      return;
    case Kind::kNull:
      skip_word("null");
      return;
  }
}

std::optional<std::string> JsonCursor::find_string(std::string_view key) {
  open('{');
  for (bool first = true; next('}', first); first = false) {
    if (read_key() == key && kind() == Kind::kString) return read_string();
    skip_value();
  }
  --depth_;
  return std::nullopt;
}

void JsonCursor::finish() {
  skip_space();
  if (position_ < text_.size()) unexpected("the end of the line");
}

}  // namespace toolformer::record
