// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/engine/kv_segment.h"

#include <algorithm>

namespace toolformer::model {

std::vector<KvSlice> kv_slices(const lm::Prefix& prefix) {
  std::vector<KvSlice> slices;
  const lm::KvCache* next = prefix.cache.get();
  std::size_t length = prefix.length;
  while (length > 0) {
    const auto& segment = dynamic_cast<const KvSegment&>(*next);
    const std::size_t before = segment.parent.length;
    if (length > before) {
      slices.push_back({&segment, static_cast<std::int64_t>(before),
                        static_cast<std::int64_t>(length - before)});
    }
    length = std::min(length, before);
    next = segment.parent.cache.get();
  }
  std::reverse(slices.begin(), slices.end());
  return slices;
}

torch::Tensor last_hidden(const lm::Prefix& prefix) {
  const KvSlice last = kv_slices(prefix).back();
  return last.segment->hidden[last.length - 1];
}

std::size_t cached_tokens(const lm::Prefix& prefix, std::span<const lm::TokenId> tokens) {
  if (prefix.length == 0) return 0;
  const auto& segment = dynamic_cast<const KvSegment&>(*prefix.cache);
  if (prefix.length < segment.parent.length) return 0;
  const auto cached = std::span(segment.ids).subspan(prefix.length - segment.parent.length);
  const auto [end, ignored] =
      std::mismatch(tokens.begin(), tokens.end(), cached.begin(), cached.end());
  return static_cast<std::size_t>(end - tokens.begin());
}

}  // namespace toolformer::model
