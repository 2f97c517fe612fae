// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/train_step.h"

#include <cmath>
#include <numeric>

#include "toolformer/finetune/training/chunked_cross_entropy.h"

namespace toolformer::finetune {
namespace {

// [N] tokens -> [M, hidden] states that predict a counted token.
torch::Tensor predicting_states(const model::Transformer& transformer, const MicroBatch& batch,
                                model::Attention& attention) {
  return transformer.forward(batch.ids, batch.positions, attention).index_select(0, batch.rows);
}

// Adds the gradient of scale * (summed loss of the pack) to the parameters' buffers.
void accumulate(const model::Transformer& transformer, const MicroBatch& batch, double scale,
                LossSums& sums) {
  if (batch.roles.empty()) return;
  model::PackedAttention attention(batch.lengths);  // until the backward pass is done
  const torch::Tensor hidden = predicting_states(transformer, batch, attention);
  const CrossEntropy head =
      chunked_cross_entropy(hidden.detach(), head_of(transformer), batch.targets, scale);
  sums.add(head.losses, batch.roles);
  if (hidden.requires_grad() && std::isfinite(sums.total())) hidden.backward(head.hidden_grad);
}

// Losses and tokens of all processes into `result`.
void sum_over_processes(const ProcessGroup& group, StepResult& result) {
  std::vector<double> values(result.loss.sum.begin(), result.loss.sum.end());
  values.insert(values.end(), result.loss.count.begin(), result.loss.count.end());
  values.push_back(static_cast<double>(result.tokens));
  group.sum(values);
  for (std::size_t i = 0; i < kParts; ++i) {
    result.loss.sum[i] = values[i];
    result.loss.count[i] = static_cast<std::size_t>(values[kParts + i]);
  }
  result.tokens = static_cast<std::size_t>(values.back());
}

}  // namespace

void LossSums::add(const torch::Tensor& losses, const std::vector<TokenRole>& roles) {
  const torch::Tensor values = losses.to(torch::kCPU, torch::kFloat32).contiguous();
  const float* value = values.const_data_ptr<float>();
  for (std::size_t i = 0; i < roles.size(); ++i) {
    const auto part = static_cast<std::size_t>(roles[i]);
    sum[part] += static_cast<double>(value[i]);
    ++count[part];
  }
}

double LossSums::total() const {
  return std::accumulate(sum.begin(), sum.end(), 0.0);
}

std::size_t LossSums::tokens() const {
  return std::accumulate(count.begin(), count.end(), std::size_t{0});
}

double LossSums::mean() const {
  return tokens() == 0 ? 0 : total() / static_cast<double>(tokens());
}

std::optional<StepResult> train_step(const model::Transformer& transformer, AdamW& optimizer,
                                     const std::vector<MicroBatch>& batch,
                                     const StepOptions& options,
                                     const std::function<bool()>& stop) {
  GradientBuckets* const buckets = optimizer.buckets();
  double counted = 0;
  for (const MicroBatch& pack : batch) counted += static_cast<double>(pack.roles.size());
  if (buckets != nullptr) buckets->group().sum({&counted, 1});
  StepResult result;
  if (counted == 0) {
    result.problem = "no token of this batch counts in the loss";
    return result;
  }
  optimizer.zero_grad();
  for (std::size_t i = 0; i < batch.size() && std::isfinite(result.loss.total()); ++i) {
    if (buckets == nullptr && stop && stop()) return std::nullopt;
    if (buckets != nullptr && i + 1 == batch.size()) buckets->begin_sums();
    accumulate(transformer, batch[i], 1.0 / counted, result.loss);
    result.tokens += static_cast<std::size_t>(batch[i].ids.size(0));
  }
  if (buckets != nullptr) {
    buckets->finish_sums();
    sum_over_processes(buckets->group(), result);
  }
  if (!std::isfinite(result.loss.total())) {
    result.problem = "the loss is not finite";
    return result;
  }
  result.grad_norm = optimizer.grad_norm();
  if (!std::isfinite(result.grad_norm)) {
    result.problem = "the gradient is not finite";
    return result;
  }
  // As torch.nn.utils.clip_grad_norm_ does.
  const double factor = options.clip / (result.grad_norm + 1e-6);
  if (options.clip > 0 && factor < 1) optimizer.scale_grad(factor);
  optimizer.step(options.learning_rate);
  return result;
}

LossSums evaluate(const model::Transformer& transformer, const MicroBatch& batch) {
  const torch::NoGradGuard no_grad;
  LossSums sums;
  if (batch.roles.empty()) return sums;
  model::PackedAttention attention(batch.lengths);
  const torch::Tensor hidden = predicting_states(transformer, batch, attention);
  sums.add(chunked_cross_entropy(hidden, head_of(transformer), batch.targets, std::nullopt).losses,
           batch.roles);
  return sums;
}

}  // namespace toolformer::finetune
