// SPDX-License-Identifier: Apache-2.0
// A setting that may differ from tool to tool: `--k 5` for all, `--k-for Calculator=20` for one.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace toolformer::base {

template <class T>
struct PerTool {
  std::optional<T> all;
  std::map<std::string, T, std::less<>> by_tool;

  bool is_given(std::string_view tool) const { return all || by_tool.contains(tool); }
  /// The tool's own value, else the value for all, else the built-in default.
  T of(std::string_view tool, const T& built_in) const {
    const auto own = by_tool.find(tool);
    return own == by_tool.end() ? all.value_or(built_in) : own->second;
  }
};

}  // namespace toolformer::base
