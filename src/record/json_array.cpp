// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/json_array.h"

#include <algorithm>

namespace toolformer::record {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

bool is_blank(int byte) {
  return byte != CharacterSource::kEnd && kBlank.find(static_cast<char>(byte)) != kBlank.npos;
}

}  // namespace

bool is_array_of_objects(std::string_view start) {
  if (start.starts_with("\xEF\xBB\xBF")) start.remove_prefix(3);
  start.remove_prefix(std::min(start.find_first_not_of(kBlank), start.size()));
  if (!start.starts_with('[')) return false;
  const std::size_t first = start.find_first_not_of(kBlank, 1);
  return first != start.npos && start[first] == '{';
}

int JsonArrayLines::next_visible() {
  while (is_blank(source_.peek())) source_.take();
  return source_.take();
}

/// From its first byte to the comma or bracket behind it; false: the input ends before.
bool JsonArrayLines::read_element(int first) {
  element_.clear();
  std::size_t depth = 0;
  bool in_string = false, is_escaped = false;
  for (int byte = first; byte != CharacterSource::kEnd; byte = source_.take()) {
    if (element_.size() <= kMaxLineBytes) element_ += static_cast<char>(byte);
    if (in_string) {
      if (byte == '"' && !is_escaped) in_string = false;
      is_escaped = byte == '\\' && !is_escaped;
    } else if (byte == '"') {
      in_string = true;
    } else if (byte == '{' || byte == '[') {
      ++depth;
    } else if ((byte == '}' || byte == ']') && depth > 0) {
      --depth;
    }
    const int behind = source_.peek();
    if (depth == 0 && !in_string && (is_blank(behind) || behind == ',' || behind == ']'))
      return true;
  }
  return false;
}

Line JsonArrayLines::damaged(const std::string& why) {
  ended_ = true;
  return Line{number_, {}, false, source_.damage().value_or(why)};
}

std::optional<Line> JsonArrayLines::next() {
  if (ended_) return std::nullopt;
  ++number_;
  int byte = next_visible();
  if (number_ == 1) byte = next_visible();  // behind the bracket, which opening has looked for
  const bool ends = byte == ']';
  if (number_ > 1 && !ends) {
    if (byte != ',') return damaged("the JSON array ends without its bracket, or lacks a comma");
    byte = next_visible();
  }
  if (ends) {
    if (next_visible() != CharacterSource::kEnd)
      return damaged("something stands behind the end of the JSON array");
    ended_ = true;
    return std::nullopt;
  }
  if (!read_element(byte)) return damaged("the JSON array is cut off in this element");
  const bool too_long = element_.size() > kMaxLineBytes;
  return Line{number_, too_long ? std::string_view() : element_, too_long, std::nullopt};
}

}  // namespace toolformer::record
