// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/engine/device_choice.h"

#include <limits>

namespace toolformer::model {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

/// What the choices ask for, a number of each [C] on the device.
struct Asked {
  torch::Tensor row, temperature, top_k, top_p, open, open_top_k, uniform;
  torch::Tensor least_p, least_ratio;  // of the call rule
};

Asked asked_of(const std::vector<Choice>& choices, torch::Device device) {
  std::vector<double> numbers;
  for (const Choice& choice : choices) {
    const auto open = choice.call.open ? static_cast<double>(*choice.call.open) : -1.0;
    numbers.insert(numbers.end(),
                   {static_cast<double>(choice.row), choice.sampling.temperature,
                    static_cast<double>(choice.sampling.top_k), choice.sampling.top_p, open,
                    static_cast<double>(choice.call.top_k), choice.uniform, choice.call.least_p,
                    choice.call.least_ratio});
  }
  const auto count = static_cast<std::int64_t>(choices.size());
  const auto all = torch::tensor(numbers, torch::kFloat64).view({count, -1}).to(device);
  return {all.select(1, 0).to(torch::kInt64),
          all.select(1, 1),
          all.select(1, 2),
          all.select(1, 3),
          all.select(1, 4).to(torch::kInt64),
          all.select(1, 5),
          all.select(1, 6),
          all.select(1, 7),
          all.select(1, 8)};
}

/// weights [C, n], u [C] -> the first index whose cumulative weight exceeds u times the whole.
torch::Tensor search(const torch::Tensor& weights, const torch::Tensor& u) {
  const auto sums = weights.cumsum(1, torch::kFloat64);
  const auto target = u.unsqueeze(1) * sums.slice(1, -1);
  return (sums <= target).sum(1).clamp_max(weights.size(1) - 1);
}

/// probabilities [C, vocab] -> a draw from the most likely ids of each.
torch::Tensor draw_from_most_likely(const torch::Tensor& probabilities, const Asked& asked) {
  auto [sorted, ids] = probabilities.sort(/*stable=*/true, 1, /*descending=*/true);
  const auto vocab = probabilities.size(1);
  const auto count = torch::where(asked.top_k > 0, asked.top_k, static_cast<double>(vocab));
  const auto place = torch::arange(vocab, asked.top_k.options());
  sorted = sorted.masked_fill(place >= count.unsqueeze(1), 0.0);
  const auto before = sorted.cumsum(1, torch::kFloat64) - sorted;
  const auto cuts = (asked.top_p < 1).unsqueeze(1);
  const auto held = (asked.top_p * sorted.sum(1)).unsqueeze(1);
  sorted = sorted.masked_fill(cuts & (before >= held), 0.0);
  return ids.gather(1, search(sorted, asked.uniform).unsqueeze(1)).squeeze(1);
}

}  // namespace

std::vector<NextToken> choose_on_device(const torch::Tensor& logits,
                                        const std::vector<Choice>& choices) {
  if (choices.empty()) return {};
  const Asked asked = asked_of(choices, logits.device());
  const auto rows = logits.index_select(0, asked.row);  // [C, vocab]
  const auto open = asked.open.clamp_min(0).unsqueeze(1);
  const auto has_open = asked.open >= 0;
  const auto open_logit = rows.gather(1, open);
  const auto likelier = (rows > open_logit).sum(1);
  const auto p = (open_logit.squeeze(1) - rows.logsumexp(1)).exp();
  const auto best_other = rows.scatter(1, open, kNever).amax(1);
  const auto ratio = (open_logit.squeeze(1) - best_other).exp();
  const auto opens = has_open & (likelier < asked.open_top_k) & (p >= asked.least_p) &
                     (ratio >= asked.least_ratio);
  const auto forbids = (has_open & (asked.open_top_k == 0)).unsqueeze(1);
  const auto scores = rows.scatter(1, open, open_logit.masked_fill(forbids, kNever));

  const auto greedy = asked.temperature <= 0;
  const auto divisor = asked.temperature.masked_fill(greedy, 1.0).to(torch::kFloat32);
  const auto probabilities = torch::softmax(scores / divisor.unsqueeze(1), 1);
  bool cut = false;
  for (const Choice& choice : choices)
    cut = cut || choice.sampling.top_k > 0 || choice.sampling.top_p < 1;
  auto ids = search(probabilities, asked.uniform);
  if (cut)
    ids = torch::where((asked.top_k > 0) | (asked.top_p < 1),
                       draw_from_most_likely(probabilities, asked), ids);
  ids = torch::where(greedy, scores.argmax(1), ids);
  ids = torch::where(opens, asked.open, ids);

  const auto chosen = rows.gather(1, ids.unsqueeze(1)).squeeze(1) - rows.logsumexp(1);
  const auto answer = torch::stack({ids.to(torch::kFloat64), chosen.to(torch::kFloat64)}, 1).cpu();
  const auto table = answer.accessor<double, 2>();
  std::vector<NextToken> tokens;
  for (std::int64_t i = 0; i < table.size(0); ++i)
    tokens.push_back({static_cast<text::TokenId>(table[i][0]), static_cast<float>(table[i][1])});
  return tokens;
}

}  // namespace toolformer::model
