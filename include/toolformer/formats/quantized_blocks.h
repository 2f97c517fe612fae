// SPDX-License-Identifier: Apache-2.0
// Element types of model files to float: the float types and ggml's quantised blocks (block layouts
// and formulas as in ggml-quants.c, bit for bit).
#pragma once

#include <cstddef>
#include <span>

#include "toolformer/formats/tensor_view.h"

namespace toolformer::formats {

/// Whether to_float reads this type: F64, F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K,
/// Q6_K.
bool converts_to_float(DType type);

/// All elements of the tensor, in order. `out` has tensor.elements() places. Big tensors are split
/// over `threads` threads (0: as many as the process may use); the result does not depend on it.
/// Throws DataError for a type that is no float type.
void to_float(const TensorView& tensor, std::span<float> out, int threads = 0);

}  // namespace toolformer::formats
