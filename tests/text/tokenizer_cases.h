// SPDX-License-Identifier: Apache-2.0
// What every tokenizer must do, and small ones to do it with.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "toolformer/text/tokenizer.h"

namespace toolformer::text {

inline std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(TOOLFORMER_SOURCE_DIR) / "tests/text/fixtures" / name;
}

inline std::vector<TokenId> ids_of(const std::vector<Token>& tokens) {
  std::vector<TokenId> ids;
  for (const Token& token : tokens) ids.push_back(token.id);
  return ids;
}

/// Tokens are in order and cover the text without holes; no text gives a control token.
inline void expect_covers(const Tokenizer& tokenizer, const std::vector<Token>& tokens,
                          const std::string& text) {
  std::size_t end = 0;
  bool in_order = true, control = false;
  for (const Token& token : tokens) {
    in_order = in_order && token.begin == end && token.end >= token.begin;
    control = control || tokenizer.is_control(token.id);
    end = token.end;
  }
  EXPECT_TRUE(in_order) << text.substr(0, 80);
  EXPECT_FALSE(control) << text.substr(0, 80);
  EXPECT_TRUE(tokens.empty() || end == text.size()) << text.substr(0, 80);
}

/// A text of `count` random characters of all kinds.
inline std::string random_text(std::uint64_t seed, int count) {
  static const std::vector<std::string> parts = {"a",
                                                 "B",
                                                 "z",
                                                 " ",
                                                 "  ",
                                                 "\n",
                                                 "\r\n",
                                                 "\t",
                                                 "1",
                                                 "42",
                                                 "é",
                                                 "e\u0301",
                                                 "ß",
                                                 "日",
                                                 "한",
                                                 "\u200d",
                                                 "👍🏽",
                                                 "'",
                                                 "'s",
                                                 "-",
                                                 ">",
                                                 "<s>",
                                                 "</s>",
                                                 "<|im_start|>",
                                                 "<|endoftext|>",
                                                 "<tool>",
                                                 "<0x0A>",
                                                 "\u2581",
                                                 std::string(1, '\0'),
                                                 "\u00a0",
                                                 "the",
                                                 " the",
                                                 "\U0010ffff"};
  std::string text;
  for (std::uint64_t state = seed * 2 + 1; count > 0; --count) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    text += parts[(state >> 33) % parts.size()];
  }
  return text;
}

}  // namespace toolformer::text
