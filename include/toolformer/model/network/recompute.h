// SPDX-License-Identifier: Apache-2.0
// Activation checkpointing (Chen et al. 2016, arXiv 1604.06174): memory for time.
#pragma once

#include <torch/torch.h>

#include <functional>

namespace toolformer::model {

/// layer(x), of whose activations nothing but x is kept: the backward pass runs the layer again.
/// The parameters' gradients are the same bits as without, where the kernels are deterministic.
/// What `layer` refers to must live until the backward pass. Without gradients simply layer(x).
torch::Tensor recompute_in_backward(std::function<torch::Tensor(const torch::Tensor&)> layer,
                                    const torch::Tensor& x);

}  // namespace toolformer::model
