// SPDX-License-Identifier: Apache-2.0
// Two bytes a token, so that calls can stand inside one; a start token, an end token and the three
// call markers.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/text/tokenizer.h"

namespace toolformer::finetune {

class PairTokenizer : public text::Tokenizer {
 public:
  static constexpr text::TokenId kStart = 256, kEnd = 257, kOpen = 258, kClose = 259, kArrow = 260;

  static text::TokenId pair(const char* two) {
    return 300 + static_cast<unsigned char>(two[0]) * 256 + static_cast<unsigned char>(two[1]);
  }

  std::vector<text::Token> encode(std::string_view text) const override {
    std::vector<text::Token> tokens;
    std::size_t i = 0;
    for (; i + 1 < text.size(); i += 2) tokens.push_back({pair(text.data() + i), i, i + 2});
    if (i < text.size()) tokens.push_back({static_cast<unsigned char>(text[i]), i, i + 1});
    return tokens;
  }
  std::vector<text::Token> encode_continuation(std::string_view text) const override {
    return encode(text);
  }
  std::string decode(std::span<const text::TokenId> ids) const override {
    std::string text;
    for (const text::TokenId id : ids) {
      if (id >= 300) text.push_back(static_cast<char>((id - 300) / 256));
      if (id >= 300) text.push_back(static_cast<char>((id - 300) % 256));
      if (id < 256) text.push_back(static_cast<char>(id));
    }
    return text;
  }
  std::size_t size() const override { return 300 + 65536; }
  std::optional<text::TokenId> bos() const override { return kStart; }
  std::vector<text::TokenId> eos() const override { return {kEnd}; }
  bool adds_bos() const override { return true; }
  std::optional<text::TokenId> find(std::string_view) const override { return std::nullopt; }
  bool is_control(text::TokenId id) const override { return id >= 256 && id < 300; }
  std::string fingerprint() const override { return "pairs"; }
};

}  // namespace toolformer::finetune
