// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/shingles.h"

#include <algorithm>

#include "toolformer/base/ascii.h"

namespace toolformer::text {
namespace {

constexpr std::uint64_t kPrime = 0x100000001B3U;  // FNV-1a, 64 bits
constexpr std::uint64_t kBasis = 0xCBF29CE484222325U;

unsigned char lower(char c) {
  return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

std::vector<std::uint64_t> word_hashes(std::string_view text) {
  std::vector<std::uint64_t> hashes;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!base::is_word_byte(text[at])) continue;
    std::uint64_t hash = kBasis;
    for (; at < text.size() && base::is_word_byte(text[at]); ++at)
      hash = (hash ^ lower(text[at])) * kPrime;
    hashes.push_back(hash);
  }
  return hashes;
}

}  // namespace

std::vector<std::uint64_t> shingles(std::string_view text, std::size_t words) {
  const std::vector<std::uint64_t> hashes = word_hashes(text);
  std::vector<std::uint64_t> found;
  for (std::size_t i = 0; i + words <= hashes.size(); ++i) {
    std::uint64_t shingle = kBasis;
    for (std::size_t j = i; j < i + words; ++j) shingle = (shingle ^ hashes[j]) * kPrime;
    found.push_back(shingle);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace toolformer::text
