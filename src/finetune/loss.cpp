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

}  // namespace

Head head_of(const model::Transformer& transformer) {
  const model::ModuleNames names = model::module_names(transformer.config());
  const bool tied = transformer.config().tied_head;
  Head head;
  head.weight = parameter(transformer, (tied ? names.embedding : names.head) + ".weight");
  if (transformer.config().head_bias) head.bias = parameter(transformer, names.head + ".bias");
  return head;
}

HeadLoss head_loss(const torch::Tensor& hidden, const Head& head, const torch::Tensor& targets,
                   std::optional<double> scale, std::int64_t chunk_rows) {
  const torch::NoGradGuard no_grad;
  const std::int64_t rows = hidden.size(0), vocab = head.weight.size(0);
  TORCH_CHECK(targets.size(0) == rows, "loss: ", rows, " rows, ", targets.size(0), " targets");
  if (chunk_rows <= 0) chunk_rows = std::max<std::int64_t>(16, kChunkBytes / (4 * vocab));
  chunk_rows = std::min(chunk_rows, std::max<std::int64_t>(rows, 1));

  HeadLoss result;
  result.losses = torch::empty({rows}, hidden.options().dtype(torch::kFloat32));
  if (scale) result.hidden_grad = torch::empty_like(hidden);
  const torch::Tensor weight_grad = scale ? gradient_buffer(head.weight) : torch::Tensor();
  const torch::Tensor bias_grad = scale ? gradient_buffer(head.bias) : torch::Tensor();
  for (std::int64_t begin = 0; begin < rows; begin += chunk_rows) {
    const std::int64_t count = std::min(chunk_rows, rows - begin);
    const torch::Tensor x = hidden.narrow(0, begin, count);                     // [n, C]
    const torch::Tensor target = targets.narrow(0, begin, count).unsqueeze(1);  // [n, 1]
    torch::Tensor logits = model::product(x, head.weight);                      // [n, V]
    if (head.bias.defined()) logits.add_(head.bias);
    const torch::Tensor normaliser = logits.logsumexp(1, /*keepdim=*/true);  // [n, 1]
    result.losses.narrow(0, begin, count).copy_((normaliser - logits.gather(1, target)).squeeze(1));
    if (!scale) continue;

    // d(scale * loss)/d(logits) = scale * (softmax - one hot), in place of the logits.
    logits.sub_(normaliser).exp_();
    logits.scatter_add_(1, target, torch::full_like(target, -1, logits.options()));
    logits.mul_(*scale);
    torch::Tensor x_grad = result.hidden_grad.narrow(0, begin, count);
    torch::mm_out(x_grad, logits, head.weight);
    if (weight_grad.defined()) weight_grad.addmm_(logits.t(), x);
    if (bias_grad.defined()) bias_grad.add_(logits.sum(0));
  }
  return result;
}

}  // namespace toolformer::finetune
