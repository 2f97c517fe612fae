// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/network/mixed_precision.h"

#include <ATen/autocast_mode.h>

namespace toolformer::model {

namespace autocast = at::autocast;

MixedPrecision::MixedPrecision(torch::Device device, torch::Dtype dtype)
    : device_(device.type()),
      was_enabled_(autocast::is_autocast_enabled(device_)),
      was_cached_(autocast::is_autocast_cache_enabled()),
      was_(autocast::get_autocast_dtype(device_)) {
  autocast::set_autocast_enabled(device_, dtype != torch::kFloat32);
  // A cached cast would outlive the optimiser's step.
  autocast::set_autocast_cache_enabled(false);
  if (dtype != torch::kFloat32) autocast::set_autocast_dtype(device_, dtype);
}

MixedPrecision::~MixedPrecision() {
  autocast::set_autocast_dtype(device_, was_);
  autocast::set_autocast_cache_enabled(was_cached_);
  autocast::set_autocast_enabled(device_, was_enabled_);
}

}  // namespace toolformer::model
