// SPDX-License-Identifier: Apache-2.0
// A setting that may differ from tool to tool: `--k 5` for all, `--k-for Calculator=20` for one.
// The order of precedence: the tool's own value, the value for all, the built-in default.
#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

#include "toolformer/base/error.h"

namespace toolformer::tools {

template <class T>
struct PerTool {
  std::optional<T> all;
  std::vector<std::string> by_tool;  ///< "Calculator=20"
};

/// Throws UsageError that names the flag when `text` is no value of the setting.
template <class T>
T parse_setting(std::string_view flag, std::string_view text) {
  if constexpr (std::is_same_v<T, std::string>) {
    return T(text);
  } else {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
      base::throw_error<base::UsageError>("--{}: `{}` is not a number", flag, text);
    }
    return value;
  }
}

/// The value for a tool; the last of several entries for one tool wins. Throws UsageError for an
/// entry without "=".
template <class T>
T setting_for(const PerTool<T>& setting, std::string_view flag, std::string_view tool,
              const T& built_in) {
  T value = setting.all.value_or(built_in);
  for (const std::string& entry : setting.by_tool) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == entry.size()) {
      base::throw_error<base::UsageError>("--{}-for: `{}` should be Tool=value", flag, entry);
    }
    const T parsed =
        parse_setting<T>(std::string(flag) + "-for", std::string_view(entry).substr(equals + 1));
    if (std::string_view(entry).substr(0, equals) == tool) value = parsed;
  }
  return value;
}

}  // namespace toolformer::tools
