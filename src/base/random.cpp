// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/random.h"

#include "toolformer/base/philox.h"
#include "toolformer/base/sha256.h"

namespace toolformer::base {
namespace {

void append_little_endian(std::string& bytes, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(value >> shift));
}

std::uint64_t from_hex(std::string_view digits) {
  return std::stoull(std::string(digits), nullptr, 16);
}

}  // namespace

KeyedRandom::KeyedRandom(std::uint64_t seed, std::initializer_list<KeyPart> key) {
  // Each part carries its kind and its length, so that no two keys have the same bytes.
  std::string bytes = "toolformer.random.1";
  append_little_endian(bytes, seed);
  for (const KeyPart& part : key) {
    if (const auto* text = std::get_if<std::string_view>(&part)) {
      bytes.push_back('s');
      append_little_endian(bytes, text->size());
      bytes.append(*text);
    } else {
      bytes.push_back('n');
      append_little_endian(bytes, std::get<std::uint64_t>(part));
    }
  }
  const std::string digest = sha256(bytes);
  key_ = from_hex(std::string_view(digest).substr(0, 16));
  counter_ = from_hex(std::string_view(digest).substr(16, 16));
}

std::uint64_t KeyedRandom::bits(std::uint64_t index) const {
  const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  const auto high = [](std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32U); };
  const PhiloxBlock block = philox4x32_10({low(index), high(index), low(counter_), high(counter_)},
                                          {low(key_), high(key_)});
  return block[0] | (static_cast<std::uint64_t>(block[1]) << 32U);
}

double KeyedRandom::uniform(std::uint64_t index) const {
  return static_cast<double>(bits(index) >> 11U) * 0x1.0p-53;
}

}  // namespace toolformer::base
