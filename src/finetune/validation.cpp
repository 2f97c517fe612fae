// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/validation.h"

#include <cmath>
#include <utility>

#include "toolformer/finetune/train_step.h"

namespace toolformer::finetune {

Validation::Validation(std::vector<Example> examples, std::size_t seq_len)
    : examples_(std::move(examples)) {
  std::vector<std::size_t> lengths;
  for (const Example& example : examples_) lengths.push_back(example.tokens.ids.size());
  packs_ = first_fit_decreasing(lengths, seq_len);
}

std::optional<Perplexity> Validation::measure(const model::Transformer& transformer,
                                              const std::function<bool()>& stop) const {
  double sum = 0;
  std::size_t tokens = 0;
  for (const Pack& pack : packs_) {
    if (stop && stop()) return std::nullopt;
    std::vector<const LabelledTokens*> members;
    for (const std::size_t member : pack.members) members.push_back(&examples_[member].tokens);
    const MicroBatch batch = make_micro_batch(members, /*result_loss=*/true, transformer.device());
    const LossSums sums = evaluate(transformer, batch);
    sum += sums.total();
    tokens += sums.tokens();
  }
  const double loss = tokens == 0 ? 0 : sum / static_cast<double>(tokens);
  return Perplexity{loss, std::exp(loss), tokens};
}

}  // namespace toolformer::finetune
