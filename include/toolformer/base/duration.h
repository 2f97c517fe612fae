// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace toolformer::base {

/// "45 s", "2 min 30 s", "3 h 5 min", rounded up; 0 s for what is negative.
std::string format_duration(double seconds);

}  // namespace toolformer::base
