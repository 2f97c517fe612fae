// SPDX-License-Identifier: Apache-2.0
// From the flags --device, --dtype and --threads to libtorch's settings.
#pragma once

#include <torch/torch.h>

#include <string>

#include "toolformer/lm/model_options.h"
#include "toolformer/model/weights/checkpoint.h"

namespace toolformer::model {

/// Sets the number of threads that each worker has for an operation, and translates options whose
/// --dtype is resolved (load.h). Throws UsageError for a device that is not there.
LoadOptions set_up_runtime(const lm::ModelOptions& options);

/// "float32", "bfloat16", "float16".
std::string dtype_name(torch::Dtype dtype);

}  // namespace toolformer::model
