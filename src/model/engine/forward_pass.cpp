// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/engine/forward_pass.h"

#include <algorithm>
#include <atomic>

#include "toolformer/base/error.h"
#include "toolformer/model/engine/next_token.h"

namespace toolformer::model {

torch::Tensor id_tensor(std::span<const lm::TokenId> ids) {
  return torch::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), torch::kInt64);
}

torch::Tensor ForwardPass::forward(std::span<TokenTreeBatch* const> trees,
                                   lm::WorkCounters& counters) const {
  const auto device = transformer_.device();
  TreeAttention attention(transformer_.config(),
                          torch::TensorOptions(device).dtype(transformer_.dtype()));
  attention.begin_pass(trees);
  for (const TokenTreeBatch* tree : trees)
    if (tree->forwarded == 0) std::atomic_ref(counters.tokens_reused) += tree->prefix.length;
  const auto ids = attention.ids();
  std::atomic_ref(counters.tokens_forwarded) += ids.size();
  const auto positions = torch::tensor(attention.positions(), torch::kInt64).to(device);
  auto hidden = transformer_.forward(id_tensor(ids).to(device), positions, attention);
  attention.end_pass();
  return hidden;
}

torch::Tensor ForwardPass::logits(const torch::Tensor& hidden, lm::WorkCounters& counters) const {
  std::atomic_ref(counters.lm_head_rows) += static_cast<std::uint64_t>(hidden.size(0));
  return transformer_.logits(hidden).to(torch::kFloat32);
}

torch::Tensor ForwardPass::logprobs(const torch::Tensor& hidden, const torch::Tensor& targets,
                                    lm::WorkCounters& counters) const {
  std::vector<torch::Tensor> parts;
  const auto ids = targets.to(hidden.device());
  for (std::int64_t begin = 0; begin < hidden.size(0); begin += lm_head_rows_) {
    const auto n = std::min(lm_head_rows_, hidden.size(0) - begin);
    const auto scores = logits(hidden.narrow(0, begin, n), counters);
    parts.push_back(scores.gather(1, ids.narrow(0, begin, n)) -
                    log_normalizers(scores).unsqueeze(1));
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

}  // namespace toolformer::model
