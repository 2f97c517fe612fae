// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/tensor_view.h"

namespace toolformer::formats {

namespace {

struct DTypeRow {
  std::string_view name;
  BlockLayout layout;
};

DTypeRow row(DType type) {
  switch (type) {
    case DType::kF64:
      return {"F64", {1, 8}};
    case DType::kF32:
      return {"F32", {1, 4}};
    case DType::kF16:
      return {"F16", {1, 2}};
    case DType::kBF16:
      return {"BF16", {1, 2}};
    case DType::kI64:
      return {"I64", {1, 8}};
    case DType::kI32:
      return {"I32", {1, 4}};
    case DType::kI16:
      return {"I16", {1, 2}};
    case DType::kI8:
      return {"I8", {1, 1}};
    case DType::kU8:
      return {"U8", {1, 1}};
    case DType::kBool:
      return {"BOOL", {1, 1}};
    case DType::kQ4_0:
      return {"Q4_0", {32, 18}};
    case DType::kQ4_1:
      return {"Q4_1", {32, 20}};
    case DType::kQ5_0:
      return {"Q5_0", {32, 22}};
    case DType::kQ5_1:
      return {"Q5_1", {32, 24}};
    case DType::kQ8_0:
      return {"Q8_0", {32, 34}};
    case DType::kQ4_K:
      return {"Q4_K", {256, 144}};
    case DType::kQ5_K:
      return {"Q5_K", {256, 176}};
    case DType::kQ6_K:
      return {"Q6_K", {256, 210}};
  }
  return {"?", {1, 1}};
}

}  // namespace

BlockLayout block_layout(DType type) {
  return row(type).layout;
}

std::string_view dtype_name(DType type) {
  return row(type).name;
}

std::size_t TensorView::elements() const {
  std::size_t product = 1;
  for (const std::int64_t size : shape) product *= static_cast<std::size_t>(size);
  return product;
}

std::optional<std::uint64_t> checked_multiply(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

}  // namespace toolformer::formats
