// SPDX-License-Identifier: Apache-2.0
// Blank characters of ASCII at the ends of a text, whatever the locale.
#pragma once

#include <string_view>

namespace toolformer::base {

inline constexpr std::string_view kBlank = " \t\n\v\f\r";

constexpr bool is_blank(char c) {
  return kBlank.find(c) != std::string_view::npos;
}

constexpr std::string_view trim_start(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

constexpr std::string_view trim_end(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

constexpr std::string_view trim(std::string_view text) {
  return trim_start(trim_end(text));
}

}  // namespace toolformer::base
