// SPDX-License-Identifier: Apache-2.0
// Between the bytes of model files and torch tensors.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>

#include "toolformer/formats/tensor_view.h"

namespace toolformer::model {

/// A contiguous copy on the CPU: floats keep their type, quantised blocks become float32. Throws
/// DataError "{file}: {name}: ..." for a type that is no float type.
torch::Tensor copy_to_tensor(const formats::TensorView& view, const std::string& file);

/// How many values are NaN or infinite.
std::int64_t count_non_finite(const torch::Tensor& tensor);

/// Throws DataError when a value is NaN or infinite.
void refuse_non_finite(const torch::Tensor& tensor, const std::string& name,
                       const std::string& file);

/// Whether both hold the same numbers, whatever their types.
bool same_values(const torch::Tensor& a, const torch::Tensor& b);

/// The tensor's own memory as a view; it must be contiguous, on the CPU and float32, float16 or
/// bfloat16.
formats::TensorView view_of(const torch::Tensor& tensor, const std::string& name);

}  // namespace toolformer::model
