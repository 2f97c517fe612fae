// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/quantized_blocks.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "toolformer/base/error.h"
#include "toolformer/formats/byte_reader.h"

namespace toolformer::formats {

namespace {

using Bytes = const std::uint8_t*;

template <class T>
T load(Bytes from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

float half(Bytes from) {
  const auto bits = load<std::uint16_t>(from);
  const std::uint32_t sign = (bits & 0x8000u) << 16;
  const std::uint32_t magnitude = bits & 0x7fffu;
  if (magnitude >= 0x7c00u) {  // infinity, NaN
    return std::bit_cast<float>(sign | 0x7f800000u | (magnitude & 0x3ffu) << 13);
  }
  // 2^112 moves the exponent's bias from 15 to 127; subnormals come out right because the product
  // is exact.
  const float scaled = std::bit_cast<float>(magnitude << 13) * 0x1p112f;
  return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(scaled));
}

// Each function below turns one block into floats; sizes as in block_layout.

void block_q4_0(Bytes block, float* out) {
  const float d = half(block);
  for (int i = 0; i < 16; ++i) {
    const int q = block[2 + i];
    out[i] = static_cast<float>((q & 15) - 8) * d;
    out[i + 16] = static_cast<float>((q >> 4) - 8) * d;
  }
}

void block_q4_1(Bytes block, float* out) {
  const float d = half(block), m = half(block + 2);
  for (int i = 0; i < 16; ++i) {
    const int q = block[4 + i];
    out[i] = static_cast<float>(q & 15) * d + m;
    out[i + 16] = static_cast<float>(q >> 4) * d + m;
  }
}

/// The fifth bits of 32 quants: bit i belongs to quant i.
int fifth_bit(std::uint32_t high, int i) {
  return static_cast<int>((high >> i) & 1u) << 4;
}

void block_q5_0(Bytes block, float* out) {
  const float d = half(block);
  const auto high = load<std::uint32_t>(block + 2);
  for (int i = 0; i < 16; ++i) {
    const int q = block[6 + i];
    out[i] = static_cast<float>(((q & 15) | fifth_bit(high, i)) - 16) * d;
    out[i + 16] = static_cast<float>(((q >> 4) | fifth_bit(high, i + 16)) - 16) * d;
  }
}

void block_q5_1(Bytes block, float* out) {
  const float d = half(block), m = half(block + 2);
  const auto high = load<std::uint32_t>(block + 4);
  for (int i = 0; i < 16; ++i) {
    const int q = block[8 + i];
    out[i] = static_cast<float>((q & 15) | fifth_bit(high, i)) * d + m;
    out[i + 16] = static_cast<float>((q >> 4) | fifth_bit(high, i + 16)) * d + m;
  }
}

void block_q8_0(Bytes block, float* out) {
  const float d = half(block);
  for (int i = 0; i < 32; ++i)
    out[i] = static_cast<float>(static_cast<std::int8_t>(block[2 + i])) * d;
}

/// Scale and minimum of sub-block j: 6 bits each, eight pairs packed into 12 bytes.
struct ScaleMin {
  int scale, min;
};
ScaleMin scale_min(Bytes packed, int j) {
  if (j < 4) return {packed[j] & 63, packed[j + 4] & 63};
  return {(packed[j + 4] & 15) | ((packed[j - 4] >> 6) << 4),
          (packed[j + 4] >> 4) | ((packed[j] >> 6) << 4)};
}

void block_q4_k(Bytes block, float* out) {
  const float d = half(block), dmin = half(block + 2);
  Bytes scales = block + 4, quants = block + 16;
  for (int j = 0; j < 8; j += 2, quants += 32, out += 64) {
    const ScaleMin low = scale_min(scales, j), high = scale_min(scales, j + 1);
    const float d1 = d * static_cast<float>(low.scale), m1 = dmin * static_cast<float>(low.min);
    const float d2 = d * static_cast<float>(high.scale), m2 = dmin * static_cast<float>(high.min);
    for (int i = 0; i < 32; ++i) {
      out[i] = d1 * static_cast<float>(quants[i] & 15) - m1;
      out[i + 32] = d2 * static_cast<float>(quants[i] >> 4) - m2;
    }
  }
}

void block_q5_k(Bytes block, float* out) {
  const float d = half(block), dmin = half(block + 2);
  Bytes scales = block + 4, high_bits = block + 16, quants = block + 48;
  for (int j = 0; j < 8; j += 2, quants += 32, out += 64) {
    const ScaleMin low = scale_min(scales, j), high = scale_min(scales, j + 1);
    const float d1 = d * static_cast<float>(low.scale), m1 = dmin * static_cast<float>(low.min);
    const float d2 = d * static_cast<float>(high.scale), m2 = dmin * static_cast<float>(high.min);
    for (int i = 0; i < 32; ++i) {
      const int q1 = (quants[i] & 15) | (((high_bits[i] >> j) & 1) << 4);
      const int q2 = (quants[i] >> 4) | (((high_bits[i] >> (j + 1)) & 1) << 4);
      out[i] = d1 * static_cast<float>(q1) - m1;
      out[i + 32] = d2 * static_cast<float>(q2) - m2;
    }
  }
}

void block_q6_k(Bytes block, float* out) {
  Bytes low = block, high = block + 128, scales = block + 192;
  const float d = half(block + 208);
  for (int part = 0; part < 2; ++part, low += 64, high += 32, scales += 8, out += 128) {
    float scale[8];
    for (int i = 0; i < 8; ++i)
      scale[i] = d * static_cast<float>(static_cast<std::int8_t>(scales[i]));
    for (int i = 0; i < 32; ++i) {
      const int s = i / 16;
      out[i] = scale[s] * static_cast<float>(((low[i] & 15) | ((high[i] & 3) << 4)) - 32);
      out[i + 32] = scale[s + 2] *
                    static_cast<float>(((low[i + 32] & 15) | (((high[i] >> 2) & 3) << 4)) - 32);
      out[i + 64] =
          scale[s + 4] * static_cast<float>(((low[i] >> 4) | (((high[i] >> 4) & 3) << 4)) - 32);
      out[i + 96] =
          scale[s + 6] * static_cast<float>(((low[i + 32] >> 4) | ((high[i] >> 6) << 4)) - 32);
    }
  }
}

template <class Convert>
void each_element(Bytes from, std::size_t count, float* out, std::size_t size, Convert convert) {
  for (std::size_t i = 0; i < count; ++i) out[i] = convert(from + i * size);
}

template <class Block>
void each_block(Bytes from, std::size_t blocks, float* out, BlockLayout layout, Block block) {
  for (std::size_t i = 0; i < blocks; ++i)
    block(from + i * layout.bytes, out + i * layout.elements);
}

/// `blocks` consecutive blocks (single elements for the float types).
void convert(DType type, Bytes from, std::size_t blocks, float* out) {
  const BlockLayout layout = block_layout(type);
  switch (type) {
    case DType::kF64:
      return each_element(from, blocks, out, 8,
                          [](Bytes p) { return static_cast<float>(load<double>(p)); });
    case DType::kF32:
      std::memcpy(out, from, blocks * 4);
      return;
    case DType::kF16:
      return each_element(from, blocks, out, 2, half);
    case DType::kBF16:
      return each_element(from, blocks, out, 2, [](Bytes p) {
        return std::bit_cast<float>(std::uint32_t{load<std::uint16_t>(p)} << 16);
      });
    case DType::kQ4_0:
      return each_block(from, blocks, out, layout, block_q4_0);
    case DType::kQ4_1:
      return each_block(from, blocks, out, layout, block_q4_1);
    case DType::kQ5_0:
      return each_block(from, blocks, out, layout, block_q5_0);
    case DType::kQ5_1:
      return each_block(from, blocks, out, layout, block_q5_1);
    case DType::kQ8_0:
      return each_block(from, blocks, out, layout, block_q8_0);
    case DType::kQ4_K:
      return each_block(from, blocks, out, layout, block_q4_k);
    case DType::kQ5_K:
      return each_block(from, blocks, out, layout, block_q5_k);
    case DType::kQ6_K:
      return each_block(from, blocks, out, layout, block_q6_k);
    default:
      break;
  }
}

}  // namespace

bool converts_to_float(DType type) {
  switch (type) {
    case DType::kI64:
    case DType::kI32:
    case DType::kI16:
    case DType::kI8:
    case DType::kU8:
    case DType::kBool:
      return false;
    default:
      return true;
  }
}

void to_float(const TensorView& tensor, std::span<float> out, int threads) {
  if (!converts_to_float(tensor.dtype)) {
    base::throw_error<base::DataError>(
        "tensor {} has type {}: weights must be floating point or quantised",
        printable(tensor.name), dtype_name(tensor.dtype));
  }
  const BlockLayout layout = block_layout(tensor.dtype);
  const std::size_t blocks = tensor.data.size() / layout.bytes;
  if (out.size() != blocks * layout.elements) {
    throw std::logic_error("to_float: " + tensor.name +
                           " has another number of elements than its target");
  }
  constexpr std::size_t kElementsPerThread = 1 << 18;  // below it a thread costs more than it saves
  const std::size_t allowed = threads > 0 ? static_cast<std::size_t>(threads)
                                          : std::max(1u, std::thread::hardware_concurrency());
  const std::size_t parts = std::clamp<std::size_t>(out.size() / kElementsPerThread, 1, allowed);
  const auto run = [&](std::size_t part) {
    const std::size_t begin = blocks * part / parts, end = blocks * (part + 1) / parts;
    convert(tensor.dtype, reinterpret_cast<Bytes>(tensor.data.data()) + begin * layout.bytes,
            end - begin, out.data() + begin * layout.elements);
  };
  std::vector<std::jthread> workers;
  for (std::size_t part = 1; part < parts; ++part) workers.emplace_back(run, part);
  run(0);
}

}  // namespace toolformer::formats
