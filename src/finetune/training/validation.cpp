// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/validation.h"

#include <array>
#include <cmath>
#include <utility>

#include "toolformer/finetune/training/train_step.h"

namespace toolformer::finetune {

Validation::Validation(std::vector<Example> examples, std::size_t seq_len)
    : examples_(std::move(examples)) {
  std::vector<std::size_t> lengths;
  for (const Example& example : examples_) lengths.push_back(example.tokens.ids.size());
  packs_ = first_fit_decreasing(lengths, seq_len);
}

std::optional<Perplexity> Validation::measure(const model::Transformer& transformer,
                                              const std::function<bool()>& stop,
                                              const ProcessGroup& group) const {
  std::array<double, 2> total{};  // loss, tokens
  for (std::size_t begin = 0; begin < packs_.size(); begin += group.size()) {
    if (group.any(stop && stop())) return std::nullopt;
    if (begin + group.rank() >= packs_.size()) continue;
    const Pack& pack = packs_[begin + group.rank()];
    std::vector<const calls::LabelledTokens*> members;
    for (const std::size_t member : pack.members) members.push_back(&examples_[member].tokens);
    const MicroBatch batch = make_micro_batch(members, /*result_loss=*/true, transformer.device());
    const LossSums sums = evaluate(transformer, batch);
    total[0] += sums.total();
    total[1] += static_cast<double>(sums.tokens());
  }
  group.sum(total);
  const double loss = total[1] == 0 ? 0 : total[0] / total[1];
  return Perplexity{loss, std::exp(loss), static_cast<std::size_t>(total[1])};
}

}  // namespace toolformer::finetune
