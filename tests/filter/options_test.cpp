// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/options.h"

#include <gmock/gmock.h>

#include "fake/parse_options.h"
#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::filter {
namespace {

using ::testing::HasSubstr;

Options parse(const std::string& arguments) {
  return fake::parse_options<Options>(arguments);
}

std::string refusal(const std::string& arguments) {
  return fake::refusal<std::exception>([&] { parse(arguments); });
}

TEST(FilterOptions, EachColumnOverridesThePreset) {
  const Options options = parse(
      "--preset paper --window 7 --weights uniform --placement inline --baseline plain "
      "--gamma 0.75 --comparison above");
  const Criterion criterion = criterion_for(options, "Calculator");
  EXPECT_EQ(criterion.window, 7U);
  EXPECT_EQ(criterion.weights, Weights::kUniform);
  EXPECT_EQ(criterion.placement, Placement::kInline);
  EXPECT_EQ(criterion.baseline, Baseline::kPlain);
  EXPECT_EQ(criterion.gamma, 0.75);
  EXPECT_EQ(criterion.comparison, Comparison::kAbove);
}

TEST(FilterOptions, AToolMayDiffer) {
  const Options options = parse("--gamma-for Calculator=0.5,MT=0.25 --placement-for MT=prefix");
  EXPECT_EQ(criterion_for(options, "Calculator").gamma, 0.5);
  EXPECT_EQ(criterion_for(options, "MT").gamma, 0.25);
  EXPECT_EQ(criterion_for(options, "MT").placement, Placement::kPrefix);
  EXPECT_EQ(criterion_for(options, "QA").gamma, 1.0);
  const auto shown = describe(options, {"MT", "QA"});
  EXPECT_EQ(shown["MT"]["placement"], "prefix");
  EXPECT_EQ(shown["QA"]["placement"], "primed");
  EXPECT_EQ(shown["QA"]["window"], 8);
}

TEST(FilterOptions, TheThresholdMovesOverRounds) {
  const Options options = parse("--gamma 1 --gamma-step -0.25 --round 3");
  EXPECT_EQ(criterion_for(options, "QA").gamma, 0.5);
  EXPECT_EQ(criterion_for(parse("--gamma-step -0.25"), "QA").gamma, 1.0);
}

TEST(FilterOptions, RefuseWhatCannotWork) {
  EXPECT_THAT(refusal("--steps score,decide"), HasSubstr("`decide`"));
  EXPECT_THAT(refusal("--keep-top 5"), HasSubstr("--steps select"));
  EXPECT_EQ(refusal("--keep-top 5 --steps select"), "accepted");
  EXPECT_THAT(refusal("--kept-only --steps execute"), HasSubstr("--kept-only"));
  EXPECT_THAT(refusal("--keep-fraction 2 --steps select"), HasSubstr("between 0 and 1, got 2"));
  EXPECT_THAT(refusal("--window 0"), HasSubstr("--window"));
  EXPECT_THAT(refusal("--gamma nan"), HasSubstr("finite"));
  EXPECT_THAT(refusal("--gamma-for QA=x"), HasSubstr("`x` is not a number"));
  EXPECT_THAT(refusal("--gamma-for QA=nan"), HasSubstr("finite"));
  EXPECT_THAT(refusal("--window -1"), HasSubstr("--window: must be a whole number"));
  EXPECT_THAT(refusal("--window-for QA=1000001"), HasSubstr("from 1 to 1000000, got 1000001"));
  EXPECT_THAT(refusal("--keep-top -1 --steps select"), HasSubstr("got -1"));
  EXPECT_THAT(refusal("--round -1"), HasSubstr("got -1"));
  EXPECT_THAT(refusal("--weights-for QA=flat"), HasSubstr("`flat`"));
  EXPECT_THAT(refusal("--preset best"), HasSubstr("`best`"));
  EXPECT_THAT(refusal("--round 0"), HasSubstr("--round"));
  EXPECT_THAT(refusal("--losses some"), HasSubstr("`some`"));
}

TEST(FilterOptions, AToolThatIsNotThereIsNotIgnored) {
  EXPECT_THAT(refusal("--gamma-for Calculater=3"),
              AllOf(HasSubstr("--gamma-for Calculater=3"), HasSubstr("did you mean Calculator?")));
  EXPECT_THAT(refusal("--placement-for Units=prefix"), HasSubstr("--placement-for Units=prefix"));
  EXPECT_EQ(refusal("--placement-for Units=prefix --tools Units"), "accepted");
  const fake::TemporaryDirectory directory;
  const std::string file =
      directory.write("tools.toml", "[tool.Units]\nkind = \"command\"\ncommand = [\"units\"]\n");
  EXPECT_EQ(refusal("--placement-for Units=prefix --toolbox " + file), "accepted");
}

}  // namespace
}  // namespace toolformer::filter
