// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/work_bound.h"

#include <algorithm>
#include <iterator>

namespace toolformer::lm {

void WorkBound::add(std::size_t place, std::span<const text::TokenId> tokens) {
  if (tokens.empty()) return;
  Continuation added{place, {tokens.begin(), tokens.end()}};
  const auto in_common = [&](const Continuation& other) -> std::size_t {
    if (other.first != place) return 0;
    const auto [end, ignored] =
        std::mismatch(tokens.begin(), tokens.end(), other.second.begin(), other.second.end());
    return static_cast<std::size_t>(end - tokens.begin());
  };
  const auto next = continuations_.lower_bound(added);
  std::size_t known = next == continuations_.end() ? 0 : in_common(*next);
  if (known == tokens.size()) return;
  if (next != continuations_.begin()) {
    const auto before = std::prev(next);
    const std::size_t begins = in_common(*before);
    known = std::max(known, begins);
    if (begins > 0 && begins == before->second.size()) continuations_.erase(before);
  }
  tokens_ += tokens.size() - known;
  continuations_.insert(next, std::move(added));
}

}  // namespace toolformer::lm
