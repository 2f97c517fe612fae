// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/settings_hash.h"

#include <fmt/format.h>

#include "toolformer/base/sha256.h"

namespace toolformer::tools {

std::string settings_hash(const std::vector<std::string>& parts) {
  base::Sha256 hash;
  for (const std::string& part : parts) hash.update(fmt::format("{} {}\n", part.size(), part));
  return hash.hex().substr(0, 16);
}

}  // namespace toolformer::tools
