// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/foreign_span.h"

#include <gtest/gtest.h>

namespace toolformer::annotate {
namespace {

const std::string kEnglish = "It is said that the name of the river is from ";
const std::string kSpanish = "la casa de los hombres que viven en el campo ";
const std::string kRussian = "они говорят что это было очень давно и далеко отсюда ";

TEST(HasForeignSpan, WantsEnglishOnBothSides) {
  EXPECT_TRUE(has_foreign_span(kEnglish + kSpanish + kEnglish, 10));
  EXPECT_TRUE(has_foreign_span(kEnglish + kRussian + kEnglish, 10));
  EXPECT_FALSE(has_foreign_span(kEnglish + kSpanish, 10));
  EXPECT_FALSE(has_foreign_span(kSpanish + kEnglish, 10));
  EXPECT_FALSE(has_foreign_span(kSpanish + kSpanish + kSpanish, 10));
}

TEST(HasForeignSpan, IsNotFooledByDigitsNorByEnglishAlone) {
  EXPECT_FALSE(has_foreign_span(kEnglish + kEnglish + kEnglish, 10));
  EXPECT_FALSE(has_foreign_span(kEnglish + "1 2 3 4 5 6 7 8 9 10 " + kEnglish, 10));
  EXPECT_FALSE(has_foreign_span("", 10));
}

}  // namespace
}  // namespace toolformer::annotate
