// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/chunked_cross_entropy.h"

#include <algorithm>

#include "toolformer/model/architecture/parameter_layout.h"
#include "toolformer/model/cpu/packed_matrix.h"

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
  const torch::Tensor grad_logits = (logits - normaliser).exp_().sub_(hot).mul_(scale);
  gradient.add_(torch::mm(grad_logits.t(), hidden));
}

/// What a first pass over the vocabulary finds.
struct Logits {
  torch::Tensor normaliser;  ///< log of the sum of exp over the vocabulary: [M, 1]
  torch::Tensor targets;     ///< [M, 1], as they are in the sum, where products are rounded
};

/// The logits of a head, a block of the vocabulary at a time.
class Blocks {
 public:
  Blocks(const torch::Tensor& hidden, const Head& head, const torch::Tensor& targets,
         std::int64_t size)
      : hidden_(hidden), head_(head), targets_(targets.unsqueeze(1)), size_(size) {}

  /// Of the block that starts at `begin`: [M, block].
  torch::Tensor logits(std::int64_t begin) const {
    const std::int64_t count = std::min(size_, head_.weight.size(0) - begin);
    // Mixed precision multiplies in bfloat16; what follows is float32.
    torch::Tensor logits =
        model::product(hidden_, head_.weight.narrow(0, begin, count)).to(hidden_.scalar_type());
    if (head_.bias.defined()) logits += head_.bias.narrow(0, begin, count);
    return logits;
  }

  /// Whether logits() are rounded, to a type shorter than the hidden states'.
  bool rounded() const {
    const torch::Tensor one = model::product(hidden_.narrow(0, 0, 1), head_.weight.narrow(0, 0, 1));
    return one.scalar_type() != hidden_.scalar_type();
  }

  Logits sum() const {
    Logits result;
    if (rounded()) result.targets = torch::zeros({hidden_.size(0), 1}, hidden_.options());
    for (std::int64_t begin = 0; begin < head_.weight.size(0); begin += size_) {
      const torch::Tensor block = logits(begin);
      const torch::Tensor of_block = block.logsumexp(1, /*keepdim=*/true);
      torch::Tensor& sum = result.normaliser;
      sum = sum.defined() ? torch::logaddexp(sum, of_block) : of_block;
      if (!result.targets.defined()) continue;
      const Hits hits = hits_in(block, begin);
      result.targets = torch::where(hits.here, block.gather(1, hits.columns), result.targets);
    }
    return result;
  }

  /// Takes one from the targets' shares that are in the block.
  void subtract_hot(torch::Tensor& grad_logits, std::int64_t begin) const {
    const Hits hits = hits_in(grad_logits, begin);
    grad_logits.scatter_add_(1, hits.columns, hits.here.to(grad_logits.scalar_type()).neg_());
  }

 private:
  /// Where the targets are in a block: a column for each row, and whether the target is there and
  /// not in another block. Both [M, 1].
  struct Hits {
    torch::Tensor columns, here;
  };
  Hits hits_in(const torch::Tensor& block, std::int64_t begin) const {
    const torch::Tensor columns = targets_ - begin;
    const torch::Tensor inside = columns.clamp(0, block.size(1) - 1);
    return {inside, inside == columns};
  }

  const torch::Tensor& hidden_;  // [M, C]
  const Head& head_;
  torch::Tensor targets_;  // [M, 1]
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

CrossEntropy chunked_cross_entropy(const torch::Tensor& hidden, const Head& head,
                                   const torch::Tensor& targets, std::optional<double> scale,
                                   std::int64_t block) {
  const torch::NoGradGuard no_grad;
  const std::int64_t rows = hidden.size(0), vocab = head.weight.size(0);
  TORCH_CHECK(targets.size(0) == rows, "loss: ", rows, " rows, ", targets.size(0), " targets");
  CrossEntropy result;
  if (scale) result.hidden_grad = torch::zeros_like(hidden);
  if (rows == 0) {
    result.losses = torch::empty({0}, hidden.options().dtype(torch::kFloat32));
    return result;
  }
  if (block <= 0) block = default_block(rows, vocab);
  const Blocks blocks(hidden, head, targets, block);
  Logits sums = blocks.sum();
  const torch::Tensor& normaliser = sums.normaliser;
  // Products that are rounded: a target's logit and its gradient are those of the rounded sum, or
  // what is left of a confident token's would be the rounding. In float32 its own row is exact
  // enough, and cheaper.
  const bool rounded = sums.targets.defined();
  torch::Tensor target_weight;  // [M, C]
  if (!rounded) {
    target_weight = head.weight.index_select(0, targets);
    sums.targets = (hidden * target_weight).sum(1, /*keepdim=*/true);
    if (head.bias.defined()) sums.targets += head.bias.index_select(0, targets).unsqueeze(1);
  }
  result.losses = (normaliser - sums.targets).squeeze(1).to(torch::kFloat32);
  if (!scale) return result;

  // d(scale * loss)/d(logits) = scale * (softmax - one hot), block by block.
  const torch::Tensor weight_grad = gradient_buffer(head.weight);
  const torch::Tensor bias_grad = gradient_buffer(head.bias);
  const torch::Tensor columns = hidden.t().contiguous();  // [C, M]
  for (std::int64_t begin = 0; begin < vocab; begin += block) {
    const std::int64_t count = std::min(block, vocab - begin);
    torch::Tensor grad_logits = blocks.logits(begin).sub_(normaliser).exp_();
    if (rounded) blocks.subtract_hot(grad_logits, begin);
    grad_logits.mul_(*scale);
    const torch::Tensor weight = head.weight.narrow(0, begin, count);
    result.hidden_grad += model::product(grad_logits, weight.t().contiguous());
    if (weight_grad.defined()) {
      weight_grad.narrow(0, begin, count) += model::product(grad_logits.t().contiguous(), columns);
    }
    if (bias_grad.defined()) bias_grad.narrow(0, begin, count) += grad_logits.sum(0);
  }
  add_row_gradients(hidden, head, targets, normaliser, *scale);
  if (rounded) return result;
  // The one hot part from the targets' rows alone.
  result.hidden_grad.sub_(target_weight, *scale);
  if (weight_grad.defined()) weight_grad.index_add_(0, targets, hidden, -*scale);
  if (bias_grad.defined()) {
    bias_grad.index_add_(0, targets, torch::ones({rows}, bias_grad.options()), -*scale);
  }
  return result;
}

}  // namespace toolformer::finetune
