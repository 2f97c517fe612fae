// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/transport/confined_program.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

class ConfinedProgramTest : public testing::Test {
 protected:
  ConfinedProgramTest() {
    ::setenv("TOOLFORMER_TEST_KEY", "k-0123456789", 1);
    resources_.unsafe_no_sandbox = true;
  }
  ConfinedProgram make(const std::string& settings, const std::string& program = "cat") {
    auto table = formats::TomlTable::parse(settings, "test.toml");
    ConfinedProgram made({.arguments = {program}}, table, resources_);
    table.refuse_unknown();
    return made;
  }
  ToolResources resources_;
};

TEST_F(ConfinedProgramTest, PassesVariablesOnWhoseValuesNobodyElseLearns) {
  const ConfinedProgram program = make("pass_env = [\"TOOLFORMER_TEST_KEY\"]");
  EXPECT_EQ(program.program().environment.at("TOOLFORMER_TEST_KEY"), "k-0123456789");
  EXPECT_EQ(program.without_secrets(Outcome::value("harmless")).result, "harmless");
  const Outcome leak = program.without_secrets(Outcome::value("key=k-0123456789;"));
  EXPECT_EQ(leak.error_kind, "bad_result");
  EXPECT_THAT(leak.error_message, Not(HasSubstr("k-0123456789")));
  const Outcome failure =
      program.failed({sandbox::FailureKind::kFailed, "exit 1: bad key k-0123456789"});
  EXPECT_EQ(failure.error_kind, "tool_failed");
  EXPECT_THAT(failure.error_message, Not(HasSubstr("k-0123456789")));
  ::setenv("TOOLFORMER_TEST_KEY", "another-key", 1);
  EXPECT_EQ(make("pass_env = [\"TOOLFORMER_TEST_KEY\"]").version(), program.version());
  EXPECT_NE(make("").version(), program.version());
  EXPECT_THROW(make("pass_env = [\"TOOLFORMER_NO_SUCH_KEY\"]"), base::UsageError);
}

TEST_F(ConfinedProgramTest, FindsPathsBesideTheToolboxFile) {
  const fake::TemporaryDirectory folder;
  const std::filesystem::path script = folder.write("bin/tool.sh", "#!/bin/sh\n");
  EXPECT_THROW(make("", "bin/tool.sh"), base::UsageError);
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  resources_.folder = script.parent_path().parent_path();
  EXPECT_EQ(make("", "bin/tool.sh").program().arguments.front(), script.string());
  EXPECT_EQ(make("read = [\"data\"]").program().access.read.front(), resources_.folder / "data");
}

TEST_F(ConfinedProgramTest, WhatMayHelpAnotherTimeIsTransient) {
  const ConfinedProgram program = make("");
  EXPECT_TRUE(program.failed({sandbox::FailureKind::kTimeout, "late"}).transient);
  EXPECT_TRUE(program.failed({sandbox::FailureKind::kUnavailable, "no room"}).transient);
  EXPECT_FALSE(program.failed({sandbox::FailureKind::kFailed, "exit 1"}).transient);
  EXPECT_FALSE(program.failed({sandbox::FailureKind::kTooLarge, "flood"}).transient);
}

}  // namespace
}  // namespace toolformer::tools
