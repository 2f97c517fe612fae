// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/styled_text.h"

#include <gtest/gtest.h>

namespace toolformer::inspect {
namespace {

TEST(StyledText, WrapsAtSpaces) {
  EXPECT_EQ(wrap({{"one two three"}}, {.width = 9}, 0), "one two\nthree\n");
  EXPECT_EQ(wrap({{"one two three"}}, {.width = 9}, 2), "  one two\n  three\n");
}

TEST(StyledText, AWordMayConsistOfSeveralPieces) {
  EXPECT_EQ(wrap({{"one tw"}, {"o", Role::kKept}, {" three"}}, {.width = 9}, 0),
            "one two\nthree\n");
  EXPECT_EQ(wrap({{"12345 78"}, {"90", Role::kKept}}, {.width = 9}, 0), "12345\n7890\n");
}

TEST(StyledText, KeepsNewlinesAndSpaces) {
  EXPECT_EQ(wrap({{"a\n\n  b   c"}}, {.width = 20}, 1), " a\n\n   b   c\n");
}

TEST(StyledText, BreaksAWordThatIsWiderThanALine) {
  EXPECT_EQ(wrap({{"abcdefghij"}}, {.width = 4}, 0), "abcd\nefgh\nij\n");
  EXPECT_EQ(wrap({{"日本語"}}, {.width = 5}, 0), "日本\n語\n");  // two columns each
}

TEST(StyledText, PaintsEachPieceOnItsOwn) {
  EXPECT_EQ(wrap({{"a "}, {"b", Role::kKept}}, {.width = 20, .color = true}, 0),
            "a \x1b[1;32mb\x1b[0m\n");
  EXPECT_EQ(paint("a", Role::kKept, false), "a");
  EXPECT_EQ(paint("", Role::kKept, true), "");
}

TEST(StyledText, NothingIsNothing) {
  EXPECT_EQ(wrap({}, {.width = 20}, 2), "");
  EXPECT_EQ(wrap({{""}}, {.width = 20}, 2), "");
}

}  // namespace
}  // namespace toolformer::inspect
