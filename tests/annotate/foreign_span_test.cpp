// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/foreign_span.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

namespace toolformer::annotate {
namespace {

const std::string kEnglish = "It is said that the name of the river is from ";
const std::string kSpanish = "la casa de los hombres que viven en el campo ";
const std::string kRussian = "они говорят что это было очень давно и далеко отсюда ";

class HasForeignSpan : public testing::Test {
 protected:
  void SetUp() override {
    const auto model = tools::default_language_model();
    if (!std::filesystem::exists(model)) GTEST_SKIP() << "no " << model;
    languages_.emplace(model);
  }
  bool has_span(const std::string& text) const { return has_foreign_span(*languages_, text, 10); }

 private:
  std::optional<tools::LanguageIdentifier> languages_;
};

TEST_F(HasForeignSpan, WantsEnglishOnBothSides) {
  EXPECT_TRUE(has_span(kEnglish + kSpanish + kEnglish));
  EXPECT_TRUE(has_span(kEnglish + kRussian + kEnglish));
  EXPECT_FALSE(has_span(kEnglish + kSpanish));
  EXPECT_FALSE(has_span(kSpanish + kEnglish));
  EXPECT_FALSE(has_span(kSpanish + kSpanish + kSpanish));
}

TEST_F(HasForeignSpan, IsNotFooledByDigitsNorByEnglishAlone) {
  EXPECT_FALSE(has_span(kEnglish + kEnglish + kEnglish));
  EXPECT_FALSE(has_span(kEnglish + "1 2 3 4 5 6 7 8 9 10 " + kEnglish));
  EXPECT_FALSE(has_span(""));
}

}  // namespace
}  // namespace toolformer::annotate
