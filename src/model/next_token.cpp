// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/next_token.h"

#include <algorithm>
#include <limits>

namespace toolformer::model {
namespace {

constexpr std::int64_t kBlock = 512;  // ids summed at once; the search then looks into one block

/// The first id whose cumulative weight exceeds u * total. weights [n], any order, not negative.
std::int64_t invert(const torch::Tensor& weights, double u) {
  const auto n = weights.size(0);
  const auto blocks = (n + kBlock - 1) / kBlock;
  const auto padded =
      torch::constant_pad_nd(weights, {0, blocks * kBlock - n}).view({blocks, kBlock});
  const auto sums = padded.sum(1, false, torch::kFloat64).cumsum(0);
  const double target = u * sums[blocks - 1].item<double>();
  const auto block =
      std::min(torch::searchsorted(sums, target, false, true).item<std::int64_t>(), blocks - 1);
  const double before = block > 0 ? sums[block - 1].item<double>() : 0.0;
  const auto inside = padded[block].to(torch::kFloat64).cumsum(0);
  auto id = block * kBlock +
            torch::searchsorted(inside, target - before, false, true).item<std::int64_t>();
  id = std::min(id, n - 1);
  // Rounding may land behind the last id that has any weight.
  while (id > 0 && weights[id].item<float>() <= 0) --id;
  return id;
}

/// The ids a draw may come from, in decreasing probability, and their weights; nothing when neither
/// cut applies.
std::int64_t draw_from_most_likely(const torch::Tensor& probabilities,
                                   const lm::SamplingOptions& options, double u) {
  const auto vocab = probabilities.size(0);
  const auto count = options.top_k > 0
                         ? std::min<std::int64_t>(static_cast<std::int64_t>(options.top_k), vocab)
                         : vocab;
  auto [sorted, ids] = probabilities.topk(count);
  if (options.top_p < 1.0) {
    const auto before = sorted.cumsum(0, torch::kFloat64) - sorted;
    sorted = sorted.masked_fill(before >= options.top_p * sorted.sum(), 0.0);
  }
  return ids[invert(sorted, u)].item<std::int64_t>();
}

std::int64_t choose(torch::Tensor row, const Choice& choice) {
  if (choice.call.open) {
    const auto open = static_cast<std::int64_t>(*choice.call.open);
    if (choice.call.top_k == 0) {
      row = row.clone();
      row[open] = -std::numeric_limits<float>::infinity();
    } else if ((row > row[open]).sum().item<std::int64_t>() <
               static_cast<std::int64_t>(choice.call.top_k)) {
      return open;
    }
  }
  if (choice.sampling.temperature <= 0) return row.argmax().item<std::int64_t>();
  const auto probabilities = torch::softmax(row / choice.sampling.temperature, 0);
  if (choice.sampling.top_k > 0 || choice.sampling.top_p < 1.0) {
    return draw_from_most_likely(probabilities, choice.sampling, choice.uniform);
  }
  return invert(probabilities, choice.uniform);
}

}  // namespace

std::vector<NextToken> choose_next(const torch::Tensor& logits,
                                   const std::vector<Choice>& choices) {
  const auto values = logits.to(torch::kFloat32);
  const auto normalizers = values.logsumexp(1);
  std::vector<NextToken> tokens;
  tokens.reserve(choices.size());
  for (std::size_t r = 0; r < choices.size(); ++r) {
    const auto row = values[static_cast<std::int64_t>(r)];
    const auto id = choose(row, choices[r]);
    const auto logprob =
        row[id].item<float>() - normalizers[static_cast<std::int64_t>(r)].item<float>();
    tokens.push_back({static_cast<text::TokenId>(id), logprob});
  }
  return tokens;
}

}  // namespace toolformer::model
