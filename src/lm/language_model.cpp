// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/language_model.h"

#include <utility>

namespace toolformer::lm {

WorkCounters& WorkCounters::operator+=(const WorkCounters& other) {
  tokens_forwarded += other.tokens_forwarded;
  tokens_reused += other.tokens_reused;
  lm_head_rows += other.lm_head_rows;
  return *this;
}

std::map<std::string, std::int64_t> WorkCounters::since(const WorkCounters& earlier) const {
  const auto done = [](std::uint64_t now, std::uint64_t before) {
    return static_cast<std::int64_t>(now - before);
  };
  return {{"work.tokens_forwarded", done(tokens_forwarded, earlier.tokens_forwarded)},
          {"work.tokens_reused", done(tokens_reused, earlier.tokens_reused)},
          {"work.head_rows", done(lm_head_rows, earlier.lm_head_rows)}};
}

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
