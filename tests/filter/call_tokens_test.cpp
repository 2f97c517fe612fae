// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/call_tokens.h"

#include <gtest/gtest.h>

#include "fake/table_language_model.h"

namespace toolformer::filter {
namespace {

std::vector<std::string> pieces(const record::Call& call, const std::string& result) {
  const fake::TableTokenizer tokenizer(
      {" [", "Calculator", "(", "1+2", ")]", ")", " ->", " ", " 3", "3", "]", "3]"});
  std::vector<std::string> shown;
  for (const auto id : call_tokens(tokenizer, {}, call, result))
    shown.push_back(tokenizer.decode({&id, 1}));
  return shown;
}

using Pieces = std::vector<std::string>;

TEST(CallTokens, TheArrowsSpaceGoesWithTheResult) {
  const record::Call call{.tool = "Calculator", .input = "1+2"};
  // " 3" is one token although " " and "3]" are tokens too: no seam between the space and the
  // result.
  EXPECT_EQ(pieces(call, "3"), (Pieces{" [", "Calculator", "(", "1+2", ")", " ->", " 3", "]"}));
}

TEST(CallTokens, AnEmptyResultLeavesArrowAndCloseMarker) {
  const record::Call call{.tool = "Calculator", .input = "1+2"};
  EXPECT_EQ(pieces(call, ""), (Pieces{" [", "Calculator", "(", "1+2", ")", " ->", " ", "]"}));
}

TEST(CallTokens, DecodeToThePrintedCall) {
  const fake::TableTokenizer tokenizer(fake::call_pieces());
  for (const char* input : {"1 + 2", "f(x", ")]", " -> ]", "", "  ", "\\)"}) {
    for (const char* result : {"", "3", "]", " a ] b ", "-> ", " "}) {
      const record::Call call{.tool = "QA", .input = input};
      EXPECT_EQ(tokenizer.decode(call_tokens(tokenizer, {}, call, result)),
                calls::print_call({}, {"QA", input, result}));
    }
  }
}

}  // namespace
}  // namespace toolformer::filter
