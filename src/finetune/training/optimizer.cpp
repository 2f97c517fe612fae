// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/optimizer.h"

#include <cmath>

#include "toolformer/model/architecture/parameter_layout.h"

namespace toolformer::finetune {
namespace {

bool decays(const model::ModuleNames& names, const std::string& name, const torch::Tensor& tensor) {
  if (tensor.dim() < 2) return false;
  if (name.starts_with(names.embedding + ".")) return false;
  return names.positions.empty() || name != names.positions + ".weight";
}

}  // namespace

AdamW::AdamW(const model::Transformer& transformer, const AdamWOptions& options,
             GradientBuckets* buckets)
    : options_(options), buckets_(buckets), groups_(2) {
  const model::ModuleNames modules = model::module_names(transformer.config());
  groups_[0].weight_decay = options.weight_decay;
  for (const auto& [name, tensor] : transformer.parameters()) {
    if (!tensor.requires_grad()) continue;
    Group& group = groups_[decays(modules, name, tensor) ? 0 : 1];
    GradientBuckets::Share share{tensor.detach(), {}};
    if (buckets_ == nullptr) {
      share.gradients = tensor.mutable_grad() = torch::zeros_like(share.values);
    } else if (auto own = buckets_->share(name)) {
      share = *own;
    } else {
      continue;
    }
    const torch::Tensor& values = share.values;
    group.names.push_back(name);
    group.parameters.push_back(values);
    group.gradients.push_back(share.gradients);
    group.moments.push_back(torch::zeros_like(values));
    group.squares.push_back(torch::zeros_like(values));
    group.steps.push_back(torch::zeros({}, values.options().dtype(torch::kFloat32)));
  }
}

void AdamW::zero_grad() {
  if (buckets_ != nullptr) return buckets_->zero_grad();
  for (const Group& group : groups_) {
    for (const torch::Tensor& gradient : group.gradients) gradient.zero_();
  }
}

double AdamW::grad_norm() const {
  double squares = 0;
  for (const Group& group : groups_) {
    for (const torch::Tensor& gradient : group.gradients) {
      const double norm = at::linalg_vector_norm(gradient, 2).item<double>();
      squares += norm * norm;
    }
  }
  if (buckets_ != nullptr) buckets_->group().sum({&squares, 1});
  return std::sqrt(squares);
}

void AdamW::scale_grad(double factor) {
  for (const Group& group : groups_) {
    for (const torch::Tensor& gradient : group.gradients) gradient.mul_(factor);
  }
}

void AdamW::step(double learning_rate) {
  const torch::NoGradGuard no_grad;
  ++steps_;
  for (const Group& group : groups_) {
    if (group.parameters.empty()) continue;
    // The kernel reads the number of this step from the tensors: it does not count itself.
    for (const torch::Tensor& step : group.steps) step.fill_(static_cast<double>(steps_));
    at::_fused_adamw_(group.parameters, group.gradients, group.moments, group.squares,
                      /*max_exp_avg_sqs=*/{}, group.steps, learning_rate, options_.beta1,
                      options_.beta2, group.weight_decay, options_.eps, /*amsgrad=*/false,
                      /*maximize=*/false);
  }
  if (buckets_ != nullptr) buckets_->gather_values();
}

std::size_t AdamW::parameters() const {
  return groups_[0].parameters.size() + groups_[1].parameters.size();
}

std::int64_t AdamW::numel() const {
  std::int64_t total = 0;
  for (const Group& group : groups_) {
    for (const torch::Tensor& tensor : group.parameters) total += tensor.numel();
  }
  return total;
}

std::map<std::string, torch::Tensor> AdamW::state() const {
  std::map<std::string, torch::Tensor> state;
  for (const Group& group : groups_) {
    for (std::size_t i = 0; i < group.names.size(); ++i) {
      state[group.names[i] + ".exp_avg"] = group.moments[i];
      state[group.names[i] + ".exp_avg_sq"] = group.squares[i];
    }
  }
  return state;
}

void AdamW::set_steps(std::int64_t steps) {
  steps_ = steps;
}

}  // namespace toolformer::finetune
