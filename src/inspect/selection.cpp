// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/selection.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "toolformer/inspect/call_view.h"

namespace toolformer::inspect {

Selection::Selection(const Options& options)
    : options_(options),
      limit_(options.limit == 0 ? std::numeric_limits<std::size_t>::max() : options.limit),
      sample_(options.sample, options.seed) {}

void Selection::add(record::Document document) {
  ++found_;
  if (options_.sample > 0) {
    sample_.offer({0, found_, std::move(document)});
    return;
  }
  if (options_.sort != Sort::kDelta) {
    if (documents_.size() < limit_) documents_.push_back({0, found_, std::move(document)});
    return;
  }
  const double delta = best_delta(document, options_);
  if (documents_.size() >= limit_ && delta <= documents_.back().delta) return;
  const auto place =
      std::upper_bound(documents_.begin(), documents_.end(), delta,
                       [](double value, const Ranked& other) { return value > other.delta; });
  documents_.insert(place, {delta, found_, std::move(document)});
  if (documents_.size() > limit_) documents_.pop_back();
}

std::vector<record::Document> Selection::take() {
  std::vector<Ranked> ranked = options_.sample > 0 ? sample_.items() : std::move(documents_);
  if (options_.sample > 0) {
    std::sort(ranked.begin(), ranked.end(),
              [](const Ranked& a, const Ranked& b) { return a.place < b.place; });
    if (ranked.size() > limit_) ranked.resize(limit_);
  }
  std::vector<record::Document> documents;
  for (Ranked& one : ranked) documents.push_back(std::move(one.document));
  return documents;
}

}  // namespace toolformer::inspect
