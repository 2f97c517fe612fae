// SPDX-License-Identifier: Apache-2.0
// Tensors of CUDA devices, over NCCL.
#pragma once

#include <memory>

#include "toolformer/finetune/parallel/process_group.h"

namespace toolformer::finetune {

/// `group` tells the processes NCCL's id and must outlive the exchange. Throws UsageError when this
/// build has no NCCL or when two processes of a machine share the device.
std::unique_ptr<TensorExchange> nccl_exchange(const ProcessGroup& group, torch::Device device);

}  // namespace toolformer::finetune
