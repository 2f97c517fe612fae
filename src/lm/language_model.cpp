// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/language_model.h"

#include <utility>

namespace toolformer::lm {

std::vector<Sampled> LanguageModel::sample(std::span<const SampleRequest> requests) {
  std::vector<Sampled> results(requests.size());
  std::size_t given = 0;
  sample_each(
      [&]() -> std::optional<SampleRequest> {
        if (given == requests.size()) return std::nullopt;
        return requests[given++];
      },
      [&](std::size_t index, Sampled sampled) { results[index] = std::move(sampled); });
  return results;
}

}  // namespace toolformer::lm
