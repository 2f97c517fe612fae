// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/loss.h"

#include <algorithm>

#include "toolformer/model/linear.h"
#include "toolformer/model/parameter_layout.h"

namespace toolformer::finetune {
namespace {

torch::Tensor parameter(const model::Transformer& transformer, const std::string& name) {
  const auto found = transformer.parameters().find(name);
  return found == transformer.parameters().end() ? torch::Tensor() : found->second;
}

// The gradient buffer of a parameter, made when it is first needed.
torch::Tensor gradient_buffer(const torch::Tensor& tensor) {
  if (!tensor.defined() || !tensor.requires_grad()) return {};
  if (!tensor.grad().defined()) tensor.mutable_grad() = torch::zeros_like(tensor.detach());
  return tensor.grad();
}

// Adds the gradient of scale * sum(losses) to the rows that are a parameter of their own.
void add_row_gradients(const torch::Tensor& hidden, const Head& head, const torch::Tensor& targets,
                       const torch::Tensor& normaliser, double scale) {
  const torch::Tensor gradient = gradient_buffer(head.rows);
  if (!gradient.defined()) return;
  const std::int64_t count = head.rows.size(0);
  torch::Tensor logits = torch::mm(hidden, head.rows.t()).to(hidden.scalar_type());  // [M, n]
  if (head.bias.defined()) logits += head.bias.narrow(0, head.first_row, count);
  const torch::Tensor ids =
      torch::arange(head.first_row, head.first_row + count, targets.options());
  const torch::Tensor hot = (targets.unsqueeze(1) == ids).to(logits.scalar_type());
  const torch::Tensor share = (logits - normaliser).exp_().sub_(hot).mul_(scale);
  gradient.add_(torch::mm(share.t(), hidden));
}

/// The logits of a head, a block of the vocabulary at a time.
class Blocks {
 public:
  Blocks(const torch::Tensor& hidden, const Head& head, std::int64_t size)
      : hidden_(hidden), head_(head), size_(size) {}

  /// Of the block that starts at `begin`: [M, block].
  torch::Tensor logits(std::int64_t begin) const {
    const std::int64_t count = std::min(size_, head_.weight.size(0) - begin);
    // Mixed precision multiplies in bfloat16; what follows is float32.
    torch::Tensor logits =
        model::product(hidden_, head_.weight.narrow(0, begin, count)).to(hidden_.scalar_type());
    if (head_.bias.defined()) logits += head_.bias.narrow(0, begin, count);
    return logits;
  }

  /// log of the sum of exp over the vocabulary: [M, 1]
  torch::Tensor normaliser() const {
    torch::Tensor sum;
    for (std::int64_t begin = 0; begin < head_.weight.size(0); begin += size_) {
      const torch::Tensor of_block = logits(begin).logsumexp(1, /*keepdim=*/true);
      sum = sum.defined() ? torch::logaddexp(sum, of_block) : of_block;
    }
    return sum;
  }

 private:
  const torch::Tensor& hidden_;  // [M, C]
  const Head& head_;
  std::int64_t size_;
};

// A few blocks live at a time, so one is a small share of the whole; below 1024 columns the
// products would be too narrow to be fast.
std::int64_t default_block(std::int64_t rows, std::int64_t vocab) {
  return std::max<std::int64_t>(1024, std::min(kBlockBytes / (4 * rows), vocab / kBlocks));
}

}  // namespace

Head head_of(const model::Transformer& transformer) {
  const model::ModuleNames names = model::module_names(transformer.config());
  const bool tied = transformer.config().tied_head;
  Head head;
  head.weight = parameter(transformer, (tied ? names.embedding : names.head) + ".weight");
  if (transformer.config().head_bias) head.bias = parameter(transformer, names.head + ".bias");
  head.rows = parameter(transformer, (tied ? names.embedding : names.head) + model::kOwnRows);
  head.first_row = transformer.first_own_row();
  return head;
}

HeadLoss head_loss(const torch::Tensor& hidden, const Head& head, const torch::Tensor& targets,
                   std::optional<double> scale, std::int64_t block) {
  const torch::NoGradGuard no_grad;
  const std::int64_t rows = hidden.size(0), vocab = head.weight.size(0);
  TORCH_CHECK(targets.size(0) == rows, "loss: ", rows, " rows, ", targets.size(0), " targets");
  HeadLoss result;
  if (scale) result.hidden_grad = torch::zeros_like(hidden);
  if (rows == 0) {
    result.losses = torch::empty({0}, hidden.options().dtype(torch::kFloat32));
    return result;
  }
  if (block <= 0) block = default_block(rows, vocab);
  const Blocks blocks(hidden, head, block);
  const torch::Tensor normaliser = blocks.normaliser();  // [M, 1]
  const torch::Tensor target_weight = head.weight.index_select(0, targets);
  torch::Tensor target_logit = (hidden * target_weight).sum(1, /*keepdim=*/true);  // [M, 1]
  if (head.bias.defined()) target_logit += head.bias.index_select(0, targets).unsqueeze(1);
  result.losses = (normaliser - target_logit).squeeze(1).to(torch::kFloat32);
  if (!scale) return result;

  // d(scale * loss)/d(logits) = scale * (softmax - one hot): the softmax block by block, the one
  // hot part from the targets' rows alone.
  const torch::Tensor weight_grad = gradient_buffer(head.weight);
  const torch::Tensor bias_grad = gradient_buffer(head.bias);
  const torch::Tensor columns = hidden.t().contiguous();  // [C, M]
  for (std::int64_t begin = 0; begin < vocab; begin += block) {
    const std::int64_t count = std::min(block, vocab - begin);
    const torch::Tensor share = blocks.logits(begin).sub_(normaliser).exp_().mul_(*scale);
    const torch::Tensor weight = head.weight.narrow(0, begin, count);
    result.hidden_grad += model::product(share, weight.t().contiguous());
    if (weight_grad.defined()) {
      weight_grad.narrow(0, begin, count) += model::product(share.t().contiguous(), columns);
    }
    if (bias_grad.defined()) bias_grad.narrow(0, begin, count) += share.sum(0);
  }
  add_row_gradients(hidden, head, targets, normaliser, *scale);
  result.hidden_grad.sub_(target_weight, *scale);
  if (weight_grad.defined()) weight_grad.index_add_(0, targets, hidden, -*scale);
  if (bias_grad.defined()) {
    bias_grad.index_add_(0, targets, torch::ones({rows}, bias_grad.options()), -*scale);
  }
  return result;
}

}  // namespace toolformer::finetune
