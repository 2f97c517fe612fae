// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace toolformer::tools {

/// 16 hexadecimal digits that tell lists of strings apart, and do not tell what is in them: for
/// Tool::version(), where settings may hold secrets.
std::string settings_hash(const std::vector<std::string>& parts);

}  // namespace toolformer::tools
