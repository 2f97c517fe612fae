// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/options.h"

#include <gmock/gmock.h>

#include "fake/parse_options.h"
#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::filter {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

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
  const Criterion criterion = criteria_of(options).of("Calculator");
  EXPECT_EQ(criterion.window, 7U);
  EXPECT_EQ(criterion.weights, Weights::kUniform);
  EXPECT_EQ(criterion.placement, Placement::kInline);
  EXPECT_EQ(criterion.baseline, Baseline::kPlain);
  EXPECT_EQ(criterion.gamma, 0.75);
  EXPECT_EQ(criterion.comparison, Comparison::kAbove);
}

TEST(FilterOptions, AToolMayDiffer) {
  const Options options = parse("--gamma-for Calculator=0.5,MT=0.25 --placement-for MT=prefix");
  const Criteria criteria = criteria_of(options);
  EXPECT_EQ(criteria.of("Calculator").gamma, 0.5);
  EXPECT_EQ(criteria.of("MT").gamma, 0.25);
  EXPECT_EQ(criteria.of("MT").placement, Placement::kPrefix);
  EXPECT_EQ(criteria.of("QA").gamma, 1.0);
  const auto shown = describe(options, {"MT", "QA"});
  EXPECT_EQ(shown["MT"]["placement"], "prefix");
  EXPECT_EQ(shown["QA"]["placement"], "primed");
  EXPECT_EQ(shown["QA"]["window"], 8);
}

TEST(FilterOptions, ThePapersThresholdDiffersByTool) {
  const Criteria criteria = criteria_of(parse("--preset paper --baseline-for QA=plain"));
  EXPECT_EQ(criteria.of("Calculator").gamma, 0.5);
  EXPECT_EQ(criteria.of("MT").gamma, 0.5);
  EXPECT_EQ(criteria.of("WikiSearch").gamma, 1.0);
  EXPECT_EQ(criteria.of("QA").baseline, Baseline::kPlain);
  EXPECT_EQ(criteria_of(parse("--preset paper --gamma 2")).of("MT").gamma, 2);
}

TEST(FilterOptions, TheUnitOfGammaIsWritten) {
  const Options options = parse("--weights-for MT=linear");
  const auto shown = describe(options, {"MT", "QA"});
  EXPECT_EQ(shown["MT"]["gamma_unit"], "weighted mean nats");
  EXPECT_EQ(shown["QA"]["gamma_unit"], "nats over the window");
  // A run without tools of its own, --steps select, still says it.
  EXPECT_EQ(describe(options, {})["MT"]["gamma_unit"], "weighted mean nats");
  EXPECT_EQ(describe(options, {})["other tools"]["gamma_unit"], "nats over the window");
  EXPECT_EQ(describe(parse(""), {})["all tools"]["gamma"], 1);
}

TEST(FilterOptions, WarnWhereThePresetsGammaComesToMeanSomethingElse) {
  EXPECT_EQ(unnamed_gamma(parse("--weights linear")),
            "weights or window are not those of the preset primed, so its gamma asks for something "
            "else: from 1 nats over the window (window 8, weights uniform) to 1 weighted mean nats "
            "(window 8, weights linear) for all tools; name the threshold with --gamma or "
            "--gamma-for");
  EXPECT_THAT(unnamed_gamma(parse("--window-for MT=32")),
              AllOf(HasSubstr("(window 32, weights uniform) for MT;"), Not(HasSubstr("other"))));
  EXPECT_THAT(unnamed_gamma(parse("--preset paper --weights uniform")),
              AllOf(HasSubstr("from 0.5 weighted mean nats (window 5, weights linear) to 0.5 nats "
                              "over the window (window 5, weights uniform) for Calculator, MT"),
                    HasSubstr("to 1 nats over the window (window 5, weights uniform) for other")));
  for (const char* quiet :
       {"", "--preset paper", "--window 8", "--gamma 0.2 --weights linear", "--placement inline",
        "--weights-for MT=linear --gamma-for MT=0.2", "--preset windowed --gamma 1 --window 5"}) {
    EXPECT_EQ(unnamed_gamma(parse(quiet)), "") << quiet;
  }
  EXPECT_THAT(unnamed_gamma(parse("--weights linear --gamma-for MT=0.2")),
              AllOf(HasSubstr("for other tools;"), Not(HasSubstr("MT"))));
}

TEST(FilterOptions, TheThresholdMovesOverRounds) {
  const Options options = parse("--gamma 1 --gamma-step -0.25 --round 3");
  EXPECT_EQ(criteria_of(options).of("QA").gamma, 0.5);
  EXPECT_EQ(criteria_of(parse("--gamma-step -0.25")).of("QA").gamma, 1.0);
}

TEST(FilterOptions, RefuseWhatCannotWork) {
  EXPECT_THAT(refusal("--steps score,decide"), HasSubstr("`decide`"));
  EXPECT_THAT(refusal("--keep-top 5"), HasSubstr("--steps select"));
  EXPECT_EQ(refusal("--keep-top 5 --steps select"), "accepted");
  EXPECT_THAT(refusal("--kept-only --steps execute"), HasSubstr("--kept-only"));
  EXPECT_THAT(refusal("--keep-fraction 2 --steps select"), HasSubstr("between 0 and 1, got 2"));
  EXPECT_THAT(refusal("--window 0"), HasSubstr("--window"));
  EXPECT_THAT(refusal("--gamma nan"), HasSubstr("finite"));
  EXPECT_THAT(refusal("--gamma-for QA=x"), HasSubstr("--gamma-for: `x` is not a number"));
  EXPECT_THAT(refusal("--gamma-for QA=nan"), HasSubstr("finite"));
  EXPECT_THAT(refusal("--window -1"), HasSubstr("--window: must be a whole number"));
  EXPECT_THAT(refusal("--window-for QA=1000001"), HasSubstr("from 1 to 1000000, got 1000001"));
  EXPECT_THAT(refusal("--keep-top -1 --steps select"), HasSubstr("got -1"));
  EXPECT_THAT(refusal("--round -1"), HasSubstr("got -1"));
  EXPECT_THAT(refusal("--weights-for QA=flat"),
              HasSubstr("--weights-for must be uniform or linear, got `flat`"));
  EXPECT_THAT(refusal("--preset best"),
              HasSubstr("--preset must be primed, windowed or paper, got `best`"));
  EXPECT_THAT(refusal("--round 0"), HasSubstr("--round"));
  EXPECT_THAT(refusal("--losses some"), HasSubstr("`some`"));
}

TEST(FilterOptions, AToolThatIsNotThereIsNotIgnored) {
  EXPECT_THAT(refusal("--gamma-for Calculater=3"),
              AllOf(HasSubstr("--gamma-for Calculater: "), HasSubstr("did you mean Calculator?")));
  EXPECT_THAT(refusal("--placement-for Units=prefix"), HasSubstr("--placement-for Units: "));
  EXPECT_THAT(refusal("--steps select --tools Calculater"), HasSubstr("did you mean Calculator?"));
  const fake::TemporaryDirectory directory;
  const std::string file =
      directory.write("tools.toml", "[tool.Units]\nkind = \"command\"\ncommand = [\"units\"]\n");
  EXPECT_EQ(refusal("--placement-for Units=prefix --toolbox " + file), "accepted");
}

}  // namespace
}  // namespace toolformer::filter
