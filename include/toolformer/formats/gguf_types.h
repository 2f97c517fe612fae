// SPDX-License-Identifier: Apache-2.0
// The numbers that GGUF files give to types of metadata and of tensors, for reading and writing
// (the GGUF specification of ggml, versions 2 and 3).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "toolformer/formats/tensor_view.h"

namespace toolformer::formats {

/// Value types of the metadata, numbered as in the file.
enum class GgufValueType : std::uint32_t {
  kU8,
  kI8,
  kU16,
  kI16,
  kU32,
  kI32,
  kF32,
  kBool,
  kString,
  kArray,
  kU64,
  kI64,
  kF64
};

/// The type of a tensor by its number in the file; nothing for those that cannot be read.
std::optional<DType> gguf_tensor_type(std::uint32_t number);

/// "Q2_K", also of a type that cannot be read; "unknown" for a number without a meaning.
std::string_view gguf_tensor_type_name(std::uint32_t number);

/// The other way round; nothing for types that ggml does not have.
std::optional<std::uint32_t> gguf_tensor_type_number(DType type);

}  // namespace toolformer::formats
