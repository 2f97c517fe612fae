// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/options.h"

#include <gmock/gmock.h>

#include "fake/parse_options.h"
#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::annotate {
namespace {

Options parse(const std::string& arguments) {
  return fake::parse_options<Options>(arguments);
}

std::string refusal(const std::string& arguments) {
  return fake::refusal<std::exception>([&] { parse(arguments); });
}

TEST(AnnotateOptions, FollowThePaperByTool) {
  const Options options = parse("");
  for (const char* tool : {"Calculator", "MT"}) {
    const ToolSettings settings = settings_for(options, tool);
    EXPECT_EQ(settings.k, 20U);
    EXPECT_EQ(settings.m, 10U);
    EXPECT_EQ(settings.tau_s, 0.0);
  }
  const ToolSettings other = settings_for(options, "QA");
  EXPECT_EQ(other.k, 5U);
  EXPECT_EQ(other.m, 5U);
  EXPECT_EQ(other.tau_s, 0.05);
  EXPECT_TRUE(other.has_input);
  EXPECT_FALSE(settings_for(options, "Calendar").has_input);
}

TEST(AnnotateOptions, AToolsOwnValueWinsOverTheValueForAll) {
  const Options options = parse(
      "--tools Calculator,QA --k 8 --k-for QA=3 --tau-s-for Calculator=0.25 "
      "--prompt-style instruct --prompt-style-for QA=primed");
  EXPECT_EQ(settings_for(options, "Calculator").k, 8U);
  EXPECT_EQ(settings_for(options, "QA").k, 3U);
  EXPECT_EQ(settings_for(options, "Calculator").tau_s, 0.25);
  EXPECT_EQ(settings_for(options, "QA").tau_s, 0.05);
  EXPECT_EQ(settings_for(options, "Calculator").style, calls::PromptStyle::kInstruct);
  EXPECT_EQ(settings_for(options, "QA").style, calls::PromptStyle::kPrimed);
  EXPECT_EQ(describe(options)["QA"]["k"], 3);
}

TEST(AnnotateOptions, ToolsMustBeInTheToolboxThatIsNamed) {
  const fake::TemporaryDirectory directory;
  const std::string file =
      directory.write("tools.toml", "[tool.Units]\nkind = \"command\"\ncommand = [\"units\"]\n");
  EXPECT_EQ(refusal("--tools Units,Calculator --toolbox " + file), "accepted");
  EXPECT_THAT(refusal("--tools Unit --toolbox " + file),
              ::testing::HasSubstr("did you mean Units?"));
  EXPECT_THAT(refusal("--tools Unit"), ::testing::HasSubstr("tool `Unit` is unknown"));
  EXPECT_THAT(refusal("--tools calculator"), ::testing::HasSubstr("did you mean Calculator?"));
}

TEST(AnnotateOptions, AToolThatIsNotThereIsNotIgnored) {
  for (const char* flag : {"--k-for", "--m-for", "--tau-s-for", "--prompt-style-for"}) {
    const bool style = std::string(flag) == "--prompt-style-for";
    EXPECT_THAT(refusal(std::string(flag) + " Calculater=" + (style ? "primed" : "3")),
                ::testing::AllOf(::testing::HasSubstr(std::string(flag) + " Calculater: "),
                                 ::testing::HasSubstr("did you mean Calculator?")));
  }
  EXPECT_EQ(refusal("--k-for Calculator=3,MT=2"), "accepted") << "MT is shipped, if not used now";
}

TEST(AnnotateOptions, RefuseWhatCannotWork) {
  EXPECT_THAT(refusal("--tools Calcu-lator"), ::testing::HasSubstr("no tool name"));
  EXPECT_THAT(refusal("--tools QA,QA"), ::testing::HasSubstr("twice"));
  EXPECT_THAT(refusal("--k 0"), ::testing::HasSubstr("at least 1"));
  EXPECT_THAT(refusal("--tau-s 1"), ::testing::HasSubstr("below 1, got 1"));
  EXPECT_THAT(refusal("--tau-s nan"),
              ::testing::HasSubstr("--tau-s: must be a finite number, got nan"));
  EXPECT_THAT(refusal("--k-for Calculator"), ::testing::HasSubstr("Tool=value"));
  EXPECT_THAT(refusal("--k-for Calculator=many"), ::testing::HasSubstr("`many` is not a number"));
  EXPECT_THAT(refusal("--k-for QA=-1"), ::testing::HasSubstr("is not a number"));
  EXPECT_THAT(refusal("--k -1"), ::testing::HasSubstr("--k: must be a whole number of 0 or more"));
  EXPECT_THAT(refusal("--m 1000001"), ::testing::HasSubstr("at most 1000000, got 20 and 1000001"));
  EXPECT_THAT(refusal("--k-for Calculator=1000001"), ::testing::HasSubstr("at most 1000000"));
  EXPECT_THAT(refusal("--max-call-tokens -1"), ::testing::HasSubstr("got -1"));
  EXPECT_THAT(refusal("--max-call-tokens 1000001"), ::testing::HasSubstr("from 0 to 1000000"));
  EXPECT_THAT(refusal("--preselect-chunk-words -1"), ::testing::HasSubstr("got -1"));
  EXPECT_THAT(refusal("--preselect-number-window -1"), ::testing::HasSubstr("got -1"));
  EXPECT_THAT(refusal("--prompt-style chatty"),
              ::testing::HasSubstr("--prompt-style must be primed or instruct, got `chatty`"));
  EXPECT_THAT(refusal("--preselect maybe"), ::testing::HasSubstr("off or on"));
  EXPECT_THAT(refusal("--stop-unreadable no"), ::testing::HasSubstr("off or on, got `no`"));
  EXPECT_THAT(refusal("--top-p 0"), ::testing::HasSubstr("above 0"));
  EXPECT_THAT(refusal("--temperature -1"), ::testing::HasSubstr("between 0 and 100"));
  EXPECT_THAT(refusal("--max-call-tokens 0"), ::testing::HasSubstr("at least 1"));
  EXPECT_THAT(refusal("--arrow-marker ]]"), ::testing::HasSubstr("begin alike"));
}

}  // namespace
}  // namespace toolformer::annotate
