// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/gguf_types.h"

#include <utility>

namespace toolformer::formats {
namespace {

constexpr std::pair<std::uint32_t, DType> kReadable[] = {
    {0, DType::kF32},   {1, DType::kF16},   {2, DType::kQ4_0}, {3, DType::kQ4_1},
    {6, DType::kQ5_0},  {7, DType::kQ5_1},  {8, DType::kQ8_0}, {12, DType::kQ4_K},
    {13, DType::kQ5_K}, {14, DType::kQ6_K}, {24, DType::kI8},  {25, DType::kI16},
    {26, DType::kI32},  {27, DType::kI64},  {28, DType::kF64}, {30, DType::kBF16}};

constexpr std::pair<std::uint32_t, std::string_view> kOthers[] = {
    {9, "Q8_1"},     {10, "Q2_K"},  {11, "Q3_K"},   {15, "Q8_K"},  {16, "IQ2_XXS"}, {17, "IQ2_XS"},
    {18, "IQ3_XXS"}, {19, "IQ1_S"}, {20, "IQ4_NL"}, {21, "IQ3_S"}, {22, "IQ2_S"},   {23, "IQ4_XS"},
    {29, "IQ1_M"},   {34, "TQ1_0"}, {35, "TQ2_0"},  {39, "MXFP4"}};

}  // namespace

std::optional<DType> gguf_tensor_type(std::uint32_t number) {
  for (const auto& [of_file, type] : kReadable) {
    if (of_file == number) return type;
  }
  return std::nullopt;
}

std::string_view gguf_tensor_type_name(std::uint32_t number) {
  if (const auto type = gguf_tensor_type(number)) return dtype_name(*type);
  for (const auto& [of_file, name] : kOthers) {
    if (of_file == number) return name;
  }
  return "unknown";
}

std::optional<std::uint32_t> gguf_tensor_type_number(DType type) {
  for (const auto& [number, of_file] : kReadable) {
    if (of_file == type) return number;
  }
  return std::nullopt;
}

}  // namespace toolformer::formats
