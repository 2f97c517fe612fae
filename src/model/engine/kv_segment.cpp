// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/engine/kv_segment.h"

#include <algorithm>

namespace toolformer::model {

std::vector<KvSlice> kv_slices(const lm::Prefix& prefix) {
  std::vector<KvSlice> segments;
  const lm::KvCache* next = prefix.cache.get();
  std::size_t length = prefix.length;
  while (length > 0) {
    const auto& state = dynamic_cast<const KvSegment&>(*next);
    const std::size_t before = state.parent.length;
    if (length > before) {
      segments.push_back(
          {&state, static_cast<std::int64_t>(before), static_cast<std::int64_t>(length - before)});
    }
    length = std::min(length, before);
    next = state.parent.cache.get();
  }
  std::reverse(segments.begin(), segments.end());
  return segments;
}

torch::Tensor last_hidden(const lm::Prefix& prefix) {
  const KvSlice last = kv_slices(prefix).back();
  return last.state->hidden[last.length - 1];
}

std::size_t known_tokens(const lm::Prefix& prefix, std::span<const lm::TokenId> tokens) {
  if (prefix.length == 0) return 0;
  const auto& state = dynamic_cast<const KvSegment&>(*prefix.cache);
  if (prefix.length < state.parent.length) return 0;
  const auto known = std::span(state.ids).subspan(prefix.length - state.parent.length);
  const auto [end, other] = std::mismatch(
      tokens.begin(), tokens.begin() + std::min(tokens.size(), known.size()), known.begin());
  return static_cast<std::size_t>(end - tokens.begin());
}

}  // namespace toolformer::model
