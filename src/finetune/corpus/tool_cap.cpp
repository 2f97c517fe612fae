// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/tool_cap.h"

#include "toolformer/base/random.h"

namespace toolformer::finetune {

void ToolCap::offer(std::size_t ordinal, const std::string& id,
                    const std::set<std::string>& tools) {
  for (const std::string& tool : tools) {
    auto& draws = smallest_[tool];
    draws.emplace(base::KeyedRandom(seed_, {id, tool, "finetune.cap"}).bits(0), ordinal);
    const std::size_t limit = limit_.of(tool, kMaxPerTool);
    if (limit > 0 && draws.size() > limit) draws.pop();
  }
}

std::unordered_set<std::size_t> ToolCap::chosen() const {
  std::unordered_set<std::size_t> ordinals;
  for (const auto& entry : smallest_) {
    for (auto draws = entry.second; !draws.empty(); draws.pop()) {
      ordinals.insert(draws.top().second);
    }
  }
  return ordinals;
}

}  // namespace toolformer::finetune
