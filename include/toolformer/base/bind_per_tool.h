// SPDX-License-Identifier: Apache-2.0
// The two flags of a PerTool setting. For options.cpp files only: it brings the parser with it.
#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

#include "toolformer/base/choice_flag.h"
#include "toolformer/base/error.h"
#include "toolformer/base/number_flag.h"
#include "toolformer/base/per_tool.h"

namespace toolformer::base {

/// Throws UsageError that names the flag when `text` is no value of the setting.
template <class T>
T parse_setting(const std::string& flag, std::string_view text) {
  if constexpr (std::is_enum_v<T>) {
    return value_of<T>(flag, text);
  } else {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
      throw_error<UsageError>("--{}: `{}` is not a number", flag, text);
    }
    return value;
  }
}

/// --`flag` and --`flag`-for; of several entries for one tool the last wins.
template <class T>
void bind_per_tool(CLI::App& app, const std::string& flag, PerTool<T>& setting,
                   const std::string& description) {
  if constexpr (std::is_enum_v<T>) {
    add_choice(app, flag, setting.all, description);
  } else if constexpr (std::is_integral_v<T>) {
    take_count(app.add_option("--" + flag, setting.all, description));
  } else {
    take_number(app.add_option("--" + flag, setting.all, description));
  }
  const std::string own = flag + "-for";
  app.add_option_function<std::vector<std::string>>(
         "--" + own,
         [&setting, own](const std::vector<std::string>& entries) {
           for (const std::string& entry : entries) {
             const std::size_t equals = entry.find('=');
             if (equals == std::string::npos || equals == 0 || equals + 1 == entry.size()) {
               throw_error<UsageError>("--{}: `{}` should be Tool=value", own, entry);
             }
             setting.by_tool[entry.substr(0, equals)] =
                 parse_setting<T>(own, std::string_view(entry).substr(equals + 1));
           }
         },
         "Tool=value: --" + flag + " for one tool; may be given several times")
      ->delimiter(',');
}

}  // namespace toolformer::base
