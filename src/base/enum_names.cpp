// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/enum_names.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "toolformer/base/error.h"

namespace toolformer::base {

std::size_t place_of(std::span<const std::string_view> names, std::string_view flag,
                     std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  throw_error<UsageError>("--{} must be {} or {}, got `{}`", flag,
                          fmt::join(names.first(names.size() - 1), ", "), names.back(), text);
}

}  // namespace toolformer::base
