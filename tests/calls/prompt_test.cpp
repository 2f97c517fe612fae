// SPDX-License-Identifier: Apache-2.0
#include "toolformer/calls/prompt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/calls/call_syntax.h"

namespace toolformer::calls {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

const std::filesystem::path kShipped =
    std::filesystem::path(TOOLFORMER_SOURCE_DIR) / "configs/prompts";
const char* const kTools[] = {"Calculator", "Calendar", "WikiSearch", "QA", "MT"};

class PromptTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ / name, std::ios::binary) << text;
  }
  fake::TemporaryDirectory temporary_;
  const std::filesystem::path directory_ = temporary_.path();
};

TEST_F(PromptTest, DemonstrationsEndWithABlankLine) {
  for (const char* ending : {"", "\n", "\n\n\n", " \r\n"}) {
    write("calculator.demos.txt", std::string("One.\n\nTwo.") + ending);
    const Prompt prompt = load_prompt(directory_, "Calculator", PromptStyle::kPrimed);
    EXPECT_EQ(prompt.before, "One.\n\nTwo.\n\n");
    EXPECT_EQ(prompt.between, "");
  }
}

TEST_F(PromptTest, WhatTheDirectoryLacksIsTheShippedOne) {
  write("qa.txt", "Mine: {text}\nOutput:\n");
  EXPECT_EQ(load_prompt(directory_, "QA", PromptStyle::kInstruct).before, "Mine: ");
  for (const auto style : {PromptStyle::kPrimed, PromptStyle::kInstruct})
    EXPECT_EQ(load_prompt(directory_, "MT", style).sha256,
              load_prompt(kShipped, "MT", style).sha256);
}

TEST_F(PromptTest, SplitsAtTheHole) {
  write("qa.txt", "Add calls.\nInput: {text}\nOutput:\n");
  const Prompt prompt = load_prompt(directory_, "QA", PromptStyle::kInstruct);
  EXPECT_EQ(prompt.before, "Add calls.\nInput: ");
  EXPECT_EQ(prompt.between, "\nOutput:\n");
  EXPECT_EQ(prompt.sha256, "8554c7051fedff516bb77eaee047ecb2fbee3dfa25f1a53f414a1c1a0258c861");
}

TEST_F(PromptTest, NamesWhatIsWrongWithTheFile) {
  const auto load = [&](PromptStyle style) {
    return [=, this] { load_prompt(directory_, "MT", style); };
  };
  EXPECT_THAT(
      [&] { load_prompt(directory_, "Units", PromptStyle::kPrimed); },
      ThrowsMessage<base::UsageError>(AllOf(HasSubstr("units.demos.txt"), HasSubstr("--prompts"))));
  EXPECT_THAT([&] { load_prompt(directory_ / "none", "MT", PromptStyle::kPrimed); },
              ThrowsMessage<base::UsageError>(HasSubstr("there is no such directory")));
  write("mt.txt", "no hole");
  EXPECT_THAT(load(PromptStyle::kInstruct),
              ThrowsMessage<base::UsageError>(HasSubstr("is missing")));
  write("mt.txt", "{text} {text}");
  EXPECT_THAT(load(PromptStyle::kInstruct), ThrowsMessage<base::UsageError>(HasSubstr("twice")));
  write("mt.txt", "{text} \xff");
  EXPECT_THAT(load(PromptStyle::kInstruct), ThrowsMessage<base::UsageError>(HasSubstr("byte 7")));
  write("mt.demos.txt", " \n");
  EXPECT_THAT(load(PromptStyle::kPrimed), ThrowsMessage<base::UsageError>(HasSubstr("empty")));
}

TEST(PromptStyle, HasTheNamesOfTheContract) {
  EXPECT_EQ(base::name_of(PromptStyle::kPrimed), "primed");
  EXPECT_EQ(base::name_of(PromptStyle::kInstruct), "instruct");
}

TEST_F(PromptTest, FindsTheShippedPrompts) {
  unsetenv("TOOLFORMER_CONFIGS");
  EXPECT_TRUE(std::filesystem::equivalent(default_prompt_directory(), kShipped));
  setenv("TOOLFORMER_CONFIGS", "/etc/toolformer", 1);
  EXPECT_EQ(default_prompt_directory(), "/etc/toolformer/prompts");
  unsetenv("TOOLFORMER_CONFIGS");
}

/// Calls of `tool` in a text we wrote ourselves, so that its markers are calls.
std::vector<WrittenCall> calls_in(const std::string& text, const std::string& tool) {
  std::vector<WrittenCall> calls;
  const Markers markers;
  for (std::size_t at = text.find(call_head(markers, tool)); at != std::string::npos;
       at = text.find(call_head(markers, tool), at + 1)) {
    const Scan scan = scan_call(markers, text.substr(at), false);
    EXPECT_EQ(scan.state, Scan::State::kClosed) << text.substr(at, 60);
    calls.push_back(scan.call);
  }
  return calls;
}

TEST(ShippedPrompts, DemonstrateOneToolWithResults) {
  for (const std::string tool : kTools) {
    const Prompt prompt = load_prompt(kShipped, tool, PromptStyle::kPrimed);
    const std::vector<WrittenCall> calls = calls_in(prompt.before, tool);
    EXPECT_GE(calls.size(), 4U) << tool;
    for (const WrittenCall& call : calls)
      EXPECT_TRUE(call.result.has_value()) << tool << ' ' << call.input;
    std::size_t brackets = 0;
    for (const char c : prompt.before) brackets += c == '[';
    EXPECT_EQ(brackets, calls.size())
        << tool << ": a bracket that is no call, or a call of another tool";
  }
}

TEST(ShippedPrompts, InstructWithCopiesOfTheirInput) {
  for (const std::string tool : kTools) {
    const Prompt prompt = load_prompt(kShipped, tool, PromptStyle::kInstruct);
    std::istringstream lines(prompt.before);
    std::string input;
    std::size_t pairs = 0;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("Input: ")) input = line.substr(7);
      if (line != "Output:") continue;
      std::getline(lines, line);
      for (const WrittenCall& call : calls_in(line, tool)) {
        const std::string printed = print_call({}, call);
        const std::size_t at = line.find(printed);
        ASSERT_NE(at, std::string::npos) << printed;
        line.erase(at, printed.size());
      }
      EXPECT_EQ(line, input) << tool;
      ++pairs;
    }
    EXPECT_GE(pairs, 3U) << tool;
    EXPECT_EQ(prompt.between, "\nOutput:\n") << tool;
  }
}

}  // namespace
}  // namespace toolformer::calls
