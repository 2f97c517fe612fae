// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/cpu/row_kernels.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "toolformer/model/cpu/widest_instructions.h"

namespace toolformer::model {
namespace {

constexpr std::int64_t kNumbersPerTask = 16384;

std::int64_t rows_per_task(std::int64_t size) {
  return std::max<std::int64_t>(1, kNumbersPerTask / size);
}

TOOLFORMER_WIDEST void rms_norm_row(const float* x, const float* weight, std::int64_t size,
                                    float eps, float added, float* out) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < size; ++i) sum += x[i] * x[i];
  const float scale = 1 / std::sqrt(sum / static_cast<float>(size) + eps);
#pragma omp simd
  for (std::int64_t i = 0; i < size; ++i) out[i] = x[i] * scale * (weight[i] + added);
}

TOOLFORMER_WIDEST void rotate_head(const float* x, const float* cos, const float* sin,
                                   std::int64_t half, float* out) {
#pragma omp simd
  for (std::int64_t i = 0; i < half; ++i) {
    const float first = x[i], second = x[i + half];
    out[i] = first * cos[i] - second * sin[i];
    out[i + half] = second * cos[i + half] + first * sin[i + half];
  }
}

/// Writes the row in eight bits; its scale.
TOOLFORMER_WIDEST float quantize_row(const float* x, std::int64_t size, std::uint8_t* out) {
  float largest = 0;
#pragma omp simd reduction(max : largest)
  for (std::int64_t i = 0; i < size; ++i) largest = std::max(largest, std::abs(x[i]));
  const float factor = largest > 0 ? 127 / largest : 0.F;
  constexpr float kRoundedZero = kByteZero + 0.5F;  // all sums are positive: cutting off rounds
#pragma omp simd
  for (std::int64_t i = 0; i < size; ++i)
    out[i] = static_cast<std::uint8_t>(static_cast<int>(x[i] * factor + kRoundedZero));
  return largest / 127;
}

TOOLFORMER_WIDEST void rescale_row(float* x, std::int64_t size, float scale, const float* bias) {
  if (bias == nullptr) {
#pragma omp simd
    for (std::int64_t i = 0; i < size; ++i) x[i] *= scale;
  } else {
#pragma omp simd
    for (std::int64_t i = 0; i < size; ++i) x[i] = x[i] * scale + bias[i];
  }
}

}  // namespace

bool has_row_kernels(const torch::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == torch::kFloat32 &&
         !torch::GradMode::is_enabled();
}

torch::Tensor rms_norm_rows(const torch::Tensor& x, const torch::Tensor& weight, double eps,
                            bool plus_one) {
  const auto rows = x.contiguous();
  auto out = torch::empty_like(rows);
  const auto size = x.size(-1);
  const float* from = rows.data_ptr<float>();
  const float* factor = weight.data_ptr<float>();
  float* to = out.data_ptr<float>();
  at::parallel_for(0, rows.numel() / size, rows_per_task(size), [&](auto begin, auto end) {
    for (auto row = begin; row < end; ++row)
      rms_norm_row(from + row * size, factor, size, static_cast<float>(eps), plus_one ? 1.F : 0.F,
                   to + row * size);
  });
  return out;
}

torch::Tensor rotate_rows(const torch::Tensor& x, const torch::Tensor& cos,
                          const torch::Tensor& sin) {
  const auto rows = x.contiguous(), cosines = cos.contiguous(), sines = sin.contiguous();
  auto out = torch::empty_like(rows);
  const auto heads = x.size(1), dim = x.size(2), turning = cos.size(2);
  const float* from = rows.data_ptr<float>();
  const float* c = cosines.data_ptr<float>();
  const float* s = sines.data_ptr<float>();
  float* to = out.data_ptr<float>();
  at::parallel_for(0, x.size(0), rows_per_task(heads * dim), [&](auto begin, auto end) {
    for (auto head = begin * heads; head < end * heads; ++head) {
      const auto angle = head / heads * turning;
      rotate_head(from + head * dim, c + angle, s + angle, turning / 2, to + head * dim);
      std::copy(from + head * dim + turning, from + (head + 1) * dim, to + head * dim + turning);
    }
  });
  return out;
}

ByteRows quantize_rows(const torch::Tensor& x) {
  const auto rows = x.contiguous();
  const auto count = rows.size(0), size = rows.size(1);
  ByteRows result{torch::empty({count, size}, torch::kUInt8), torch::empty({count})};
  const float* from = rows.data_ptr<float>();
  auto* to = result.values.data_ptr<std::uint8_t>();
  float* scales = result.scales.data_ptr<float>();
  at::parallel_for(0, count, rows_per_task(size), [&](auto begin, auto end) {
    for (auto row = begin; row < end; ++row)
      scales[row] = quantize_row(from + row * size, size, to + row * size);
  });
  return result;
}

void rescale_rows(torch::Tensor& x, const torch::Tensor& scales, const torch::Tensor& bias) {
  const auto size = x.size(1);
  float* rows = x.data_ptr<float>();
  const float* scale = scales.data_ptr<float>();
  const float* added = bias.defined() ? bias.data_ptr<float>() : nullptr;
  at::parallel_for(0, x.size(0), rows_per_task(size), [&](auto begin, auto end) {
    for (auto row = begin; row < end; ++row)
      rescale_row(rows + row * size, size, scale[row], added);
  });
}

}  // namespace toolformer::model
