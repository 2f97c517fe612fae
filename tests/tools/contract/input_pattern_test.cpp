// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/input_pattern.h"

#include <gmock/gmock.h>

#include "fake/refusal.h"
#include "toolformer/base/error.h"

namespace toolformer::tools {
namespace {

using Answer = InputPattern::Answer;

TEST(InputPattern, MatchesTheWholeInput) {
  const InputPattern pattern(R"(\p{L}+(, \p{L}+)*)", "x.toml");
  EXPECT_EQ(pattern.match("one, zwölf"), Answer::kMatches);
  EXPECT_EQ(pattern.match("one, 2"), Answer::kDiffers);
  EXPECT_EQ(pattern.match("one\n"), Answer::kDiffers);
  EXPECT_EQ(pattern.match(""), Answer::kDiffers);
  EXPECT_EQ(InputPattern("a|ab", "x").match("ab"), Answer::kMatches);
}

TEST(InputPattern, GivesUpInBoundedTime) {
  EXPECT_EQ(InputPattern("(a+)+\\d", "x").match(std::string(60, 'a') + "c"), Answer::kTooHard);
}

TEST(InputPattern, NamesWhatIsWrong) {
  EXPECT_THAT(fake::refusal<base::UsageError>([] { InputPattern("(a", "x.toml:3"); }),
              testing::AllOf(testing::HasSubstr("x.toml:3"), testing::HasSubstr("`(a`"),
                             testing::HasSubstr("byte 2")));
}

}  // namespace
}  // namespace toolformer::tools
