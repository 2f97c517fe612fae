// SPDX-License-Identifier: Apache-2.0
// One token per byte, and one more that ends a text: the smallest honest tokenizer.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/text/tokenizer.h"

namespace toolformer::fake {

class ByteTokenizer : public text::Tokenizer {
 public:
  static constexpr text::TokenId kEnd = 256;

  std::vector<text::Token> encode(std::string_view text) const override {
    std::vector<text::Token> tokens;
    for (std::size_t i = 0; i < text.size(); ++i) {
      tokens.push_back({static_cast<unsigned char>(text[i]), i, i + 1});
    }
    return tokens;
  }
  std::vector<text::Token> encode_continuation(std::string_view text) const override {
    return encode(text);
  }
  std::string decode(std::span<const text::TokenId> ids) const override {
    std::string text;
    for (const auto id : ids) {
      if (id < kEnd) text.push_back(static_cast<char>(id));
    }
    return text;
  }
  std::size_t size() const override { return kEnd + 1; }
  std::optional<text::TokenId> bos() const override { return std::nullopt; }
  std::vector<text::TokenId> eos() const override { return {kEnd}; }
  bool adds_bos() const override { return false; }
  std::optional<text::TokenId> find(std::string_view piece) const override {
    if (piece == "<end>") return kEnd;
    if (piece.size() != 1) return std::nullopt;
    return static_cast<unsigned char>(piece.front());
  }
  bool is_control(text::TokenId id) const override { return id == kEnd; }
  std::string fingerprint() const override { return "bytes"; }
};

}  // namespace toolformer::fake
