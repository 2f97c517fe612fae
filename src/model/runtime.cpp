// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/runtime.h"

#include <spdlog/spdlog.h>
#include <torch/torch.h>

#include <algorithm>

#include "toolformer/base/error.h"
#include "toolformer/model/cpu/packed_matrix.h"
#include "toolformer/model/cpu/process.h"
#include "toolformer/model/load.h"

namespace toolformer::model {
namespace {

int threads_of(const lm::ModelOptions& options) {
  return options.threads > 0 ? options.threads : usable_processors();
}

torch::Dtype dtype_of(lm::Dtype dtype) {
  if (dtype == lm::Dtype::kBfloat16) return torch::kBFloat16;
  return dtype == lm::Dtype::kFloat16 ? torch::kFloat16 : torch::kFloat32;
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

/// By the kind of device alone: the shares of a run must agree, whatever machine works on them.
lm::Dtype automatic_dtype(torch::Device device) {
  if (device.is_cuda()) return lm::Dtype::kBfloat16;
  if (has_bfloat16_tiles())
    spdlog::info(
        "--dtype auto is float32 on every CPU; this one has instructions (AMX) with which "
        "--dtype bfloat16 is likely faster");
  return lm::Dtype::kFloat32;
}

}  // namespace

std::string dtype_name(torch::Dtype dtype) {
  if (dtype == torch::kBFloat16) return "bfloat16";
  return dtype == torch::kFloat16 ? "float16" : "float32";
}

lm::ModelOptions resolve(lm::ModelOptions options) {
  const torch::Device device = resolve_device(options.device);
  options.device = device.str();
  if (options.dtype == lm::Dtype::kAuto) options.dtype = automatic_dtype(device);
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
  load.dtype = dtype_of(options.dtype);
  return load;
}

}  // namespace toolformer::model
