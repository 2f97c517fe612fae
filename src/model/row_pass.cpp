// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/row_pass.h"

#include <algorithm>
#include <utility>

#include "toolformer/base/error.h"

namespace toolformer::model {
torch::Tensor id_tensor(std::span<const lm::TokenId> ids) {
  return torch::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), torch::kInt64);
}

void RowTokens::add(std::int64_t row, std::int64_t position, std::span<const lm::TokenId> tokens) {
  for (const auto id : tokens) {
    ids.push_back(id);
    places.push_back({row, position++});
  }
}

BranchAttention RowPass::branch(const CachedState* base, std::vector<std::int64_t> limits,
                                std::int64_t capacity) const {
  const auto options = torch::TensorOptions(transformer_.device()).dtype(transformer_.dtype());
  return BranchAttention(transformer_.config(), options, base, std::move(limits), capacity);
}

torch::Tensor RowPass::forward(const RowTokens& tokens, BranchAttention& attention,
                               lm::Ledger& ledger) const {
  std::vector<std::int64_t> positions;
  positions.reserve(tokens.places.size());
  for (const RowToken& place : tokens.places) positions.push_back(place.position);
  attention.begin_pass(tokens.places);
  ledger.tokens_forwarded += tokens.ids.size();
  const auto device = transformer_.device();
  return transformer_.forward(id_tensor(tokens.ids).to(device),
                              torch::tensor(positions, torch::kInt64).to(device), attention);
}

torch::Tensor RowPass::logits(const torch::Tensor& hidden, lm::Ledger& ledger) const {
  ledger.head_rows += static_cast<std::uint64_t>(hidden.size(0));
  return transformer_.logits(hidden).to(torch::kFloat32);
}

torch::Tensor RowPass::logprobs(const torch::Tensor& hidden, const torch::Tensor& targets,
                                lm::Ledger& ledger) const {
  std::vector<torch::Tensor> parts;
  const auto ids = targets.to(hidden.device());
  for (std::int64_t begin = 0; begin < hidden.size(0); begin += head_rows_) {
    const auto n = std::min(head_rows_, hidden.size(0) - begin);
    const auto scores = logits(hidden.narrow(0, begin, n), ledger);
    parts.push_back(scores.gather(1, ids.narrow(0, begin, n)) -
                    scores.logsumexp(1, /*keepdim=*/true));
  }
  return torch::cat(parts).cpu().contiguous();
}

void check_context(const ModelConfig& config, std::size_t prefix, std::size_t tokens) {
  const auto context = static_cast<std::size_t>(config.context);
  if (prefix + tokens > context) {
    base::throw_error<base::DataError>(
        "a sequence of {} tokens does not fit the model's context of {}; shorten the text",
        prefix + tokens, context);
  }
}

const CachedState* cached_state(const lm::Prefix& prefix) {
  return prefix.length == 0 ? nullptr : &dynamic_cast<const CachedState&>(*prefix.state);
}

}  // namespace toolformer::model
