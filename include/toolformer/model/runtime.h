// SPDX-License-Identifier: Apache-2.0
// From the flags --device, --dtype and --threads to libtorch's settings.
#pragma once

#include "toolformer/lm/model_options.h"
#include "toolformer/model/weights/checkpoint.h"

namespace toolformer::model {

/// Sets the number of threads that each worker has for an operation, and translates the options;
/// "auto" is CUDA when there is a device, float32 on a CPU, bfloat16 on CUDA. Throws UsageError for
/// a device that is not there.
LoadOptions set_up_runtime(const lm::ModelOptions& options);

}  // namespace toolformer::model
