// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/encode_floats.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "toolformer/base/error.h"

namespace toolformer::formats {
namespace {

constexpr float kLargestHalf = 65504;

std::uint16_t to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000U);
  std::uint32_t magnitude = bits & 0x7fffffffU;
  if (magnitude < 0x38800000U) {
    // Below 2^-14 halves lie 2^-24 apart, as floats do from 0.5 to 1: the addition rounds.
    const float rounded = std::bit_cast<float>(magnitude) + 0.5F;
    return sign | static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(rounded) -
                                             std::bit_cast<std::uint32_t>(0.5F));
  }
  magnitude += 0xfffU + (magnitude >> 13 & 1U);
  return sign | static_cast<std::uint16_t>((magnitude - 0x38000000U) >> 13);
}

std::uint16_t to_bfloat(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((bits + 0x7fffU + (bits >> 16 & 1U)) >> 16);
}

void put(std::vector<std::byte>& out, std::uint16_t value) {
  out.push_back(static_cast<std::byte>(value & 0xffU));
  out.push_back(static_cast<std::byte>(value >> 8));
}

void put_q8_0(std::vector<std::byte>& out, std::span<const float> block, const std::string& name) {
  float largest = 0;
  for (const float value : block) largest = std::max(largest, std::abs(value));
  const float scale = largest / 127;
  if (scale > kLargestHalf) {
    base::throw_error<base::DataError>("{}: {} is beyond the range of Q8_0; use F32", name,
                                       largest);
  }
  const float inverse = scale > 0 ? 1 / scale : 0;
  put(out, to_half(scale));
  for (const float value : block) {
    out.push_back(static_cast<std::byte>(static_cast<std::int8_t>(std::round(value * inverse))));
  }
}

void require_finite(std::span<const float> values, const std::string& name) {
  const auto bad = std::find_if_not(values.begin(), values.end(),
                                    [](float value) { return std::isfinite(value); });
  if (bad == values.end()) return;
  base::throw_error<base::DataError>("{}: the weights hold {}, which is not finite", name, *bad);
}

void require_half(std::span<const float> values, const std::string& name) {
  // 65520 is halfway to the first number that is none.
  const auto bad = std::find_if(values.begin(), values.end(),
                                [](float value) { return std::abs(value) >= 65520.0F; });
  if (bad == values.end()) return;
  base::throw_error<base::DataError>("{}: {} is beyond F16's largest number, {}; use F32 or Q8_0",
                                     name, *bad, kLargestHalf);
}

}  // namespace

std::vector<std::byte> encode_floats(std::span<const float> values, DType type,
                                     const std::string& name) {
  const BlockLayout layout = block_layout(type);
  if (values.size() % layout.elements != 0) {
    throw std::logic_error("encode_floats: " + name + ": incomplete blocks");
  }
  require_finite(values, name);
  std::vector<std::byte> out;
  out.reserve(values.size() / layout.elements * layout.bytes);
  switch (type) {
    case DType::kF32:
      out.resize(values.size_bytes());
      std::memcpy(out.data(), values.data(), values.size_bytes());
      return out;
    case DType::kF16:
      require_half(values, name);
      for (const float value : values) put(out, to_half(value));
      return out;
    case DType::kBF16:
      for (const float value : values) put(out, to_bfloat(value));
      return out;
    case DType::kQ8_0:
      for (std::size_t i = 0; i < values.size(); i += layout.elements)
        put_q8_0(out, values.subspan(i, layout.elements), name);
      return out;
    default:
      throw std::logic_error("encode_floats: " + name + ": " + std::string(dtype_name(type)) +
                             " cannot be written");
  }
}

}  // namespace toolformer::formats
