// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/dtype_probe.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <ctime>

#include "toolformer/model/network/linear.h"

namespace toolformer::model {
namespace {

constexpr std::int64_t kInputs = 640, kOutputs = 2048;  // an MLP of a small model
constexpr int kTries = 5;                               // the best counts: others may compute, too
constexpr double kWorthIt = 3;

double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double speed(const Linear& linear, std::int64_t rows, torch::Dtype dtype) {
  const auto x = torch::ones({rows, kInputs}, dtype);
  apply(linear, x);  // makes the kernel
  double best = 0;
  for (int i = 0; i < kTries; ++i) {
    const double start = cpu_seconds();
    apply(linear, x);
    const double operations = 2e-9 * static_cast<double>(rows * kInputs * kOutputs);
    best = std::max(best, operations / std::max(cpu_seconds() - start, 1e-9));
  }
  return best;
}

}  // namespace

std::vector<ProductSpeed> measure_products() {
  const torch::InferenceMode inference;
  at::set_num_threads(1);
  std::vector<ProductSpeed> speeds;
  for (const auto dtype : {torch::kFloat32, torch::kBFloat16, torch::kFloat16}) {
    Linear linear{.weight = torch::ones({kOutputs, kInputs}, dtype)};
    if (dtype != torch::kFloat32 && !can_pack(linear.weight)) continue;
    if (can_pack(linear.weight)) linear = pack(linear);
    ProductSpeed measured{.dtype = dtype, .few_rows = speed(linear, 8, dtype)};
    measured.many_rows = speed(linear, 64, dtype);
    speeds.push_back(measured);
  }
  return speeds;
}

torch::Dtype fastest(const std::vector<ProductSpeed>& speeds) {
  ProductSpeed best = speeds.front();
  for (const ProductSpeed& other : speeds) {
    const bool worth_it = other.few_rows >= kWorthIt * speeds.front().few_rows &&
                          other.many_rows >= kWorthIt * speeds.front().many_rows;
    if (worth_it && other.many_rows > best.many_rows) best = other;
  }
  return best.dtype;
}

std::string dtype_name(torch::Dtype dtype) {
  if (dtype == torch::kBFloat16) return "bfloat16";
  return dtype == torch::kFloat16 ? "float16" : "float32";
}

}  // namespace toolformer::model
