// SPDX-License-Identifier: Apache-2.0
// float32 to the element types that models are written in: F32, F16, BF16 (rounded to nearest, ties
// to even) and ggml's Q8_0 (blocks of 32: a float16 scale, largest magnitude / 127, and 32 bytes;
// as quantize_row_q8_0_ref in ggml-quants.c). The inverse is to_float in quantized_blocks.h.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "toolformer/formats/tensor_view.h"

namespace toolformer::formats {

/// The bytes of the values in that type. Throws DataError, beginning with `name`, for a value that
/// is not finite or beyond the type's range; std::logic_error for another type or values that do
/// not fill its blocks.
std::vector<std::byte> encode_floats(std::span<const float> values, DType type,
                                     const std::string& name);

}  // namespace toolformer::formats
