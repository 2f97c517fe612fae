// SPDX-License-Identifier: Apache-2.0
// AdamW (Loshchilov and Hutter, arXiv 1711.05101) over named parameters, through libtorch's fused
// kernel. Decay groups: weight matrices decay; embeddings (and a tied head with them), learned
// positions and everything with fewer than two dimensions (norms, biases) do not.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "toolformer/finetune/parallel/gradient_buckets.h"
#include "toolformer/model/network/transformer.h"

namespace toolformer::finetune {

struct AdamWOptions {
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0;
};

class AdamW {
 public:
  /// Over the parameters that require a gradient; makes their gradient buffers and the moments
  /// (float32, zero).
  /// With `buckets` (they must outlive it) it keeps moments of this process's shares only, and
  /// every other process does the same for its own.
  AdamW(const model::Transformer& transformer, const AdamWOptions& options,
        GradientBuckets* buckets = nullptr);

  void zero_grad();
  /// The 2-norm of all gradients together, those of other processes included.
  double grad_norm() const;
  void scale_grad(double factor);
  void step(double learning_rate);
  GradientBuckets* buckets() const { return buckets_; }

  std::int64_t steps() const { return steps_; }
  std::size_t parameters() const;  ///< tensors
  std::int64_t numel() const;      ///< numbers

  /// "<parameter>.exp_avg" and "<parameter>.exp_avg_sq" -> tensor; the same memory, so that loading
  /// is a copy_.
  std::map<std::string, torch::Tensor> state() const;
  void set_steps(std::int64_t steps);

 private:
  struct Group {
    double weight_decay = 0;
    std::vector<std::string> names;
    std::vector<torch::Tensor> parameters, gradients, moments, squares, steps;
  };

  AdamWOptions options_;
  GradientBuckets* buckets_;
  std::vector<Group> groups_;
  std::int64_t steps_ = 0;
};

}  // namespace toolformer::finetune
