// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/runtime.h"

#include <malloc.h>
#include <sched.h>
#include <spdlog/spdlog.h>
#include <torch/torch.h>

#include <algorithm>

#include "toolformer/base/error.h"
#include "toolformer/model/dtype_probe.h"
#include "toolformer/model/load.h"
#include "toolformer/model/network/linear.h"

namespace toolformer::model {
namespace {

int usable_cpus() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

int threads_of(const lm::ModelOptions& options) {
  return options.threads > 0 ? options.threads : usable_cpus();
}

torch::Dtype dtype_of(lm::Dtype dtype) {
  if (dtype == lm::Dtype::kBfloat16) return torch::kBFloat16;
  return dtype == lm::Dtype::kFloat16 ? torch::kFloat16 : torch::kFloat32;
}

/// What is fastest here; says why.
torch::Dtype probe() {
  const std::vector<ProductSpeed> speeds = measure_products();
  const torch::Dtype chosen = fastest(speeds);
  std::string shown;
  for (const ProductSpeed& speed : speeds)
    shown += fmt::format("{}{} {:.0f} / {:.0f}", shown.empty() ? "" : ", ", dtype_name(speed.dtype),
                         speed.few_rows, speed.many_rows);
  const std::string line =
      fmt::format("dtype {} (GFLOP/s of one thread at 8 / 64 rows: {})", dtype_name(chosen), shown);
  spdlog::log(chosen == torch::kFloat32 ? spdlog::level::debug : spdlog::level::info, line);
  return chosen;
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

lm::ModelOptions resolve(lm::ModelOptions options) {
  const torch::Device device = resolve_device(options.device);
  options.device = device.str();
  if (options.dtype == lm::Dtype::kAuto)
    options.dtype = base::value_of<lm::Dtype>(
        "dtype", dtype_name(device.is_cuda() ? torch::kBFloat16 : probe()));
  const auto same = static_cast<lm::SampleDtype>(options.dtype);
  if (options.sample_dtype == lm::SampleDtype::kAuto) options.sample_dtype = same;
  const bool int8 = options.sample_dtype == lm::SampleDtype::kInt8;
  if (int8 &&
      !can_pack_int8(torch::empty({1, 1}, torch::device(device).dtype(dtype_of(options.dtype))))) {
    base::throw_error<base::UsageError>(
        "--sample-dtype int8: needs --dtype float32 and a CPU with exact products of eight bits "
        "(VNNI), not {} on {}",
        base::name_of(options.dtype), options.device);
  }
  if (!int8 && options.sample_dtype != same) {
    base::throw_error<base::UsageError>(
        "--sample-dtype {} with --dtype {}: samples are drawn with int8 or with the same type",
        base::name_of(options.sample_dtype), base::name_of(options.dtype));
  }
  constexpr int kMostWorkers = 4;  // a block of documents has work for so many
  if (options.workers == 0)
    options.workers = device.is_cuda() ? 1 : std::min(threads_of(options), kMostWorkers);
  return options;
}

LoadOptions set_up_runtime(const lm::ModelOptions& options) {
  keep_freed_memory();
  at::set_num_threads(std::max(1, threads_of(options) / std::max(1, options.workers)));
  LoadOptions load;
  load.device = resolve_device(options.device);
  const bool automatic = options.dtype == lm::Dtype::kAuto;
  load.dtype = automatic && load.device.is_cuda() ? torch::kBFloat16 : dtype_of(options.dtype);
  return load;
}

}  // namespace toolformer::model
