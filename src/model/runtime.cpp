// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/runtime.h"

#include <malloc.h>
#include <sched.h>
#include <torch/torch.h>

#include "toolformer/base/error.h"

namespace toolformer::model {
namespace {

int usable_cpus() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

torch::Device resolve_device(const std::string& name) {
  const bool cuda = torch::cuda::is_available();
  if (name == "auto") return cuda ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
  const torch::Device device(name);
  if (!device.is_cuda()) return device;
  const auto count = cuda ? static_cast<int>(torch::cuda::device_count()) : 0;
  if (std::max<int>(device.index(), 0) >= count) {
    base::throw_error<base::UsageError>(
        "--device {}: this build of libtorch sees {} CUDA devices; use --device cpu", name, count);
  }
  return device;
}

/// Every pass asks for the same megabytes again: giving them back in between would cost more than
/// much of the arithmetic on them.
void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int kLargest = 32 << 20;  // the most that glibc lets its heap serve
  mallopt(M_MMAP_THRESHOLD, kLargest);
  mallopt(M_TRIM_THRESHOLD, 16 * kLargest);
#endif
}

}  // namespace

LoadOptions set_up_runtime(const lm::ModelOptions& options) {
  keep_freed_memory();
  at::set_num_threads(options.threads > 0 ? options.threads : usable_cpus());
  LoadOptions load;
  load.device = resolve_device(options.device);
  const bool half =
      options.dtype == "bfloat16" || (options.dtype == "auto" && load.device.is_cuda());
  load.dtype = half ? torch::kBFloat16 : torch::kFloat32;
  return load;
}

}  // namespace toolformer::model
