// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/toolbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "toolformer/base/error.h"

namespace toolformer::tools {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

ToolboxOptions only(std::vector<std::string> tools) {
  ToolboxOptions options;
  options.tools = std::move(tools);
  return options;
}

class Parrot : public Tool {
 public:
  std::string name() const override { return "Parrot"; }
  std::string version() const override { return "1"; }
  Outcome call(std::string_view input, const CallContext& /*context*/) const override {
    if (input == "fail") return Outcome::error("unavailable", "no\nconnection \x1b[31m\xff");
    return Outcome::value(std::string(input));
  }
};

TEST(Toolbox, HoldsWhatTheSettingsAllow) {
  EXPECT_THAT(make_toolbox({}).names(), ElementsAre("Calculator", "Calendar"));
  EXPECT_THAT(make_toolbox(only({"Calculator", "Calculator"})).names(), ElementsAre("Calculator"));
  EXPECT_EQ(make_toolbox({}).call("Calculator", "48 / 320", {}).result, "0.15");
  EXPECT_EQ(make_toolbox({}).find("calculator"), nullptr);
}

TEST(Toolbox, NamesWhatIsWrongWithATool) {
  EXPECT_THAT([] { make_toolbox(only({"Calculater"})); },
              ThrowsMessage<base::UsageError>(
                  AllOf(HasSubstr("`Calculater`"), HasSubstr("did you mean Calculator?"))));
  EXPECT_THAT([] { make_toolbox(only({"QA"})); },
              ThrowsMessage<base::UsageError>(
                  AllOf(HasSubstr("QA"), HasSubstr("Calculator, Calendar, WikiSearch"))));
  EXPECT_THAT([] { make_toolbox(only({"WikiSearch"})); },
              ThrowsMessage<base::UsageError>(HasSubstr("--index")));
  EXPECT_THROW(make_toolbox(only({""})), base::UsageError);
}

TEST(Toolbox, AnUnknownToolIsAnOutcome) {
  const Outcome outcome = make_toolbox({}).call("Calender", "", {});
  EXPECT_EQ(outcome.error_kind, "unknown_tool");
  EXPECT_THAT(outcome.error_message, HasSubstr("did you mean Calendar?"));
  EXPECT_EQ(make_toolbox({}).call(std::string("\xff\n"), "", {}).error_kind, "unknown_tool");
}

TEST(Toolbox, CleansWhatToolsReturn) {
  Toolbox toolbox(ResultLimits{12});
  toolbox.add(std::make_unique<Parrot>());
  EXPECT_THROW(toolbox.add(std::make_unique<Parrot>()), base::UsageError);
  EXPECT_EQ(toolbox.call("Parrot", " one\ntwo  three ", {}).result, "one two");
  EXPECT_EQ(toolbox.call("Parrot", "\n", {}).error_kind, "no_result");
  EXPECT_EQ(toolbox.call("Parrot", "\xff", {}).error_kind, "bad_result");
  const Outcome failed = toolbox.call("Parrot", "fail", {});
  EXPECT_EQ(failed.error_kind, "unavailable");
  EXPECT_EQ(failed.error_message, "(the tool's message cannot be shown)");
}

TEST(Toolbox, FingerprintFollowsEverySetting) {
  ToolboxOptions options;
  const std::string first = make_toolbox(options).fingerprint();
  EXPECT_EQ(make_toolbox(options).fingerprint(), first);
  options.decimals = 3;
  EXPECT_NE(make_toolbox(options).fingerprint(), first);
  options = {};
  options.result.characters = 10;
  EXPECT_NE(make_toolbox(options).fingerprint(), first);
  EXPECT_NE(make_toolbox(only({"Calculator"})).fingerprint(), first);
}

}  // namespace
}  // namespace toolformer::tools
