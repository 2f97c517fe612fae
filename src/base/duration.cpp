// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/duration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace toolformer::base {

std::string format_duration(double seconds) {
  const auto whole = static_cast<long>(std::ceil(std::max(0.0, seconds)));
  if (whole >= 3600) return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
  if (whole >= 60) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} s", whole);
}

}  // namespace toolformer::base
