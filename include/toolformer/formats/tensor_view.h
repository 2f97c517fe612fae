// SPDX-License-Identifier: Apache-2.0
// A tensor inside a model file: its name, element type, shape and bytes, whatever the format of the
// file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace toolformer::formats {

enum class DType {
  kF64,
  kF32,
  kF16,
  kBF16,
  kI64,
  kI32,
  kI16,
  kI8,
  kU8,
  kBool,
  kQ4_0,
  kQ4_1,
  kQ5_0,
  kQ5_1,
  kQ8_0,
  kQ4_K,
  kQ5_K,
  kQ6_K,  ///< blocks of ggml
};

/// Elements of a type are stored in blocks: `elements` of them take `bytes`.
struct BlockLayout {
  std::size_t elements = 1;
  std::size_t bytes = 1;
};
BlockLayout block_layout(DType type);
std::string_view dtype_name(DType type);  ///< "F32", "Q4_K"

struct TensorView {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<std::int64_t>
      shape;  ///< outermost dimension first (row-major), also for GGUF; empty: a scalar
  std::span<const std::byte>
      data;  ///< into the file, which must stay open; no alignment is promised

  std::size_t elements() const;  ///< product of the shape, checked when the file was read
};

/// a * b, or nothing when it does not fit.
std::optional<std::uint64_t> checked_multiply(std::uint64_t a, std::uint64_t b);

}  // namespace toolformer::formats
