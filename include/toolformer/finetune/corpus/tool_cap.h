// SPDX-License-Identifier: Apache-2.0
// So many documents with calls of one tool (the paper: 25,000), drawn at random by keys: the choice
// depends on seed and documents, not on their order, and needs the memory of what is chosen only.
// A document that one of its tools drew stays with the calls of all its tools.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <queue>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "toolformer/finetune/corpus/corpus_options.h"

namespace toolformer::finetune {

class ToolCap {
 public:
  /// A limit of 0: all documents of that tool.
  ToolCap(base::PerTool<std::size_t> limit, std::uint64_t seed)
      : limit_(std::move(limit)), seed_(seed) {}

  /// Document number `ordinal` has kept calls of these tools.
  void offer(std::size_t ordinal, const std::string& id, const std::set<std::string>& tools);

  /// The documents that stay, of all that were offered: those that at least one of their tools
  /// drew.
  std::unordered_set<std::size_t> chosen() const;

 private:
  using Draw = std::pair<std::uint64_t, std::size_t>;  // random number, ordinal
  base::PerTool<std::size_t> limit_;
  std::uint64_t seed_;
  std::map<std::string, std::priority_queue<Draw>> smallest_;  // of each tool
};

}  // namespace toolformer::finetune
