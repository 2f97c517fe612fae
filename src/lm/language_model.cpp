// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/language_model.h"

#include <utility>

namespace toolformer::lm {

Ledger& Ledger::operator+=(const Ledger& other) {
  tokens_forwarded += other.tokens_forwarded;
  tokens_reused += other.tokens_reused;
  head_rows += other.head_rows;
  return *this;
}

std::map<std::string, std::int64_t> Ledger::since(const Ledger& earlier) const {
  const auto done = [](std::uint64_t now, std::uint64_t before) {
    return static_cast<std::int64_t>(now - before);
  };
  return {{"work.tokens_forwarded", done(tokens_forwarded, earlier.tokens_forwarded)},
          {"work.tokens_reused", done(tokens_reused, earlier.tokens_reused)},
          {"work.head_rows", done(head_rows, earlier.head_rows)}};
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
