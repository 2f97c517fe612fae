// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/dispatch/toolbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
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
                  AllOf(HasSubstr("`Calculater`"), HasSubstr("did you mean Calculator?"),
                        HasSubstr("Calendar"), HasSubstr("--toolbox"))));
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

TEST(Toolbox, SomeOfItsToolsAreAToolbox) {
  const Toolbox all = make_toolbox({});
  const Toolbox some = all.those([](const std::string& name) { return name != "Calendar"; });
  EXPECT_THAT(some.names(), ElementsAre("Calculator"));
  EXPECT_EQ(some.find("Calculator")->tool, all.find("Calculator")->tool);  // not made again
  EXPECT_EQ(some.fingerprint(), make_toolbox(only({"Calculator"})).fingerprint());
  EXPECT_EQ(some.call("Calendar", "", {}).error_kind, "unknown_tool");
}

ToolSettings limited_to(std::size_t characters) {
  ToolSettings settings;
  settings.result.characters = characters;
  return settings;
}

TEST(Toolbox, CleansWhatToolsReturn) {
  Toolbox toolbox;
  toolbox.add({std::make_unique<Parrot>(), limited_to(12), {}, {}});
  EXPECT_THROW(toolbox.add(std::make_unique<Parrot>()), base::UsageError);
  EXPECT_EQ(toolbox.call("Parrot", " one\ntwo  three ", {}).result, "one two");
  EXPECT_EQ(toolbox.call("Parrot", "\n", {}).error_kind, "no_result");
  EXPECT_EQ(toolbox.call("Parrot", "\xff", {}).error_kind, "bad_input");
  const Outcome failed = toolbox.call("Parrot", "fail", {});
  EXPECT_EQ(failed.error_kind, "unavailable");
  EXPECT_EQ(failed.error_message, "(the tool's message cannot be shown)");
}

TEST(Toolbox, RefusesNamesThatCallsCannotSay) {
  class Named : public Parrot {
   public:
    explicit Named(std::string name) : name_(std::move(name)) {}
    std::string name() const override { return name_; }

   private:
    std::string name_;
  };
  for (const char* name : {"", "1x", "two words", "a(b", "x]", "a.b", "a-b", "\xc3\xa9"}) {
    Toolbox toolbox;
    EXPECT_THROW(toolbox.add(std::make_unique<Named>(name)), base::UsageError) << name;
  }
  Toolbox toolbox;
  toolbox.add(std::make_unique<Named>("files_read_text_2"));
}

TEST(Toolbox, FingerprintFollowsEverySetting) {
  const fake::TemporaryDirectory directory;
  const auto fingerprint = [&](const std::string& entry) {
    ToolboxOptions options = only({"Calculator"});
    options.file =
        directory.write("tools.toml", "[tool.Calculator]\nkind = \"calculator\"\n" + entry);
    return make_toolbox(options).fingerprint();
  };
  const std::string first = fingerprint("");
  EXPECT_EQ(make_toolbox(only({"Calculator"})).fingerprint(), first);
  EXPECT_EQ(fingerprint("retries = 9\ntimeout = 3\n"), first);
  for (const char* entry : {"decimals = 3", "result_characters = 10", "result_tokens = 10",
                            "format = \"= {result}\"", "max_input = 9", "input_pattern = \"1\""}) {
    EXPECT_NE(fingerprint(entry), first) << entry;
  }
  EXPECT_NE(make_toolbox({}).fingerprint(), first);
}

TEST(Toolbox, AFileAddsToolsAndWinsOverTheShippedOnes) {
  const fake::TemporaryDirectory directory;
  ToolboxOptions options;
  options.file = directory.write(
      "tools.toml",
      "now = \"2024-05-01\"\ndecimals = 3\n[tool.Calculator]\nkind = \"calculator\"\n"
      "[tool.Sum]\nkind = \"calculator\"\nformat = \"{input} = {result}\"\ndecimals = 1\n"
      "[tool.Off]\nkind = \"calendar\"\nenabled = false\n");
  const Toolbox toolbox = make_toolbox(options);
  EXPECT_THAT(toolbox.names(), ElementsAre("Calculator", "Calendar", "Sum"));
  EXPECT_EQ(toolbox.call("Calculator", "1/8", {}).result, "0.125");
  EXPECT_EQ(toolbox.call("Sum", "1/8", {}).result, "1/8 = 0.1");
  EXPECT_EQ(toolbox.call("Calendar", "", {}).result, "Today is Wednesday, May 1, 2024.");
  EXPECT_EQ(toolbox.find("Sum")->kind, "calculator");
  EXPECT_THAT(toolbox.find("Sum")->origin, HasSubstr("tools.toml:5"));
  options.now = "2020-02-29";
  options.tools = {"Off"};
  EXPECT_THAT(make_toolbox(options).names(), ElementsAre("Off"));
  EXPECT_THAT(make_toolbox(options).call("Off", "", {}).result, HasSubstr("February 29, 2020"));
}

TEST(Toolbox, NamesWhatIsWrongInAFile) {
  const fake::TemporaryDirectory directory;
  const auto refusal = [&](const std::string& entry) {
    ToolboxOptions options;
    options.file = directory.write("tools.toml", "[tool.X]\n" + entry);
    return fake::refusal<base::UsageError>([&] { make_toolbox(options); });
  };
  EXPECT_THAT(refusal("kind = \"calcluator\"\n"),
              AllOf(HasSubstr("tools.toml:2"), HasSubstr("did you mean calculator?")));
  EXPECT_THAT(refusal("kind = \"calculator\"\ndecimal = 2\n"),
              AllOf(HasSubstr("tools.toml:3"), HasSubstr("decimal is unknown, perhaps decimals?")));
  EXPECT_THAT(refusal("kind = \"calculator\"\ndecimals = 99\n"), HasSubstr("0 to 15, got 99"));
  EXPECT_THAT(refusal("kind = \"calculator\"\nformat = \"x\"\n"), HasSubstr("{result}"));
  EXPECT_THAT(refusal("kind = \"calculator\"\ninput_pattern = \"(\"\n"), HasSubstr("pattern"));
  EXPECT_THAT(refusal("kind = \"wiki_search\"\n"), HasSubstr("accepted"));  // not named, no index
  EXPECT_THAT(refusal("decimals = 2\n"), HasSubstr("kind is missing"));
}

}  // namespace
}  // namespace toolformer::tools
