// SPDX-License-Identifier: Apache-2.0
// Products in bfloat16 over parameters in float32 (Micikevicius et al. 2018, arXiv 1710.03740), by
// the rules of torch.autocast.
#pragma once

#include <torch/torch.h>

namespace toolformer::model {

/// While it lives, what this thread computes on `device`, and the backward passes it starts:
/// matrix products and attention cast their operands to `dtype`, all else stays as it is given,
/// float32 for the stream between the layers, norms and losses. A cast is part of the graph, so a
/// parameter and its gradient stay float32. Weights are cast for every product anew, a hundredth of
/// its time: no copy has to follow the optimiser. With kFloat32 nothing changes.
class MixedPrecision {
 public:
  MixedPrecision(torch::Device device, torch::Dtype dtype);
  ~MixedPrecision();
  MixedPrecision(const MixedPrecision&) = delete;
  MixedPrecision& operator=(const MixedPrecision&) = delete;

 private:
  torch::DeviceType device_;
  bool was_enabled_, was_cached_;
  torch::Dtype was_;
};

}  // namespace toolformer::model
