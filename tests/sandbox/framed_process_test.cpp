// SPDX-License-Identifier: Apache-2.0
#include "toolformer/sandbox/framed_process.h"

#include <gtest/gtest.h>

#include "toolformer/base/error.h"

namespace toolformer::sandbox {
namespace {

using std::chrono::milliseconds;

class FramedProcessTest : public testing::Test {
 protected:
  void SetUp() override {
    try {
      confinement_ = Confinement::detect({});
    } catch (const base::UsageError& error) {
      GTEST_SKIP() << error.what();
    }
  }
  static FramedProcess::Deadline in(int ms) {
    return std::chrono::steady_clock::now() + milliseconds(ms);
  }
  FramedProcess python(const std::string& code) {
    Program program;
    program.arguments = {"/usr/bin/python3", "-uc", code};
    return {confinement_, program, "\n"};
  }
  static FailureKind kind_of(FramedProcess& process, int ms) {
    try {
      const std::string frame = process.receive(in(ms));
      ADD_FAILURE() << "received " << frame;
    } catch (const Failure& failure) {
      return failure.kind;
    }
    return FailureKind::kUnavailable;
  }
  Confinement confinement_{Confinement::Mode::kNone};
};

TEST_F(FramedProcessTest, AnswersOneRequestAfterAnother) {
  Program program;
  program.arguments = {"/bin/cat"};
  FramedProcess cat(confinement_, program, "\n");
  for (const std::string text : {"one", "", "three"}) {
    cat.send(text + "\n", in(20'000));
    EXPECT_EQ(cat.receive(in(20'000)), text);
  }
  EXPECT_FALSE(cat.is_out_of_step());
}

TEST_F(FramedProcessTest, HalfAnAnswerThenSilenceIsATimeout) {
  auto process = python("input(); print('half', end=''); input(); input()");
  process.send("go\n", in(20'000));
  EXPECT_EQ(kind_of(process, 1'500), FailureKind::kTimeout);
}

TEST_F(FramedProcessTest, AnEndIsAFailure) {
  auto process = python("input(); raise SystemExit(3)");
  process.send("go\n", in(20'000));
  EXPECT_EQ(kind_of(process, 20'000), FailureKind::kFailed);
}

TEST_F(FramedProcessTest, BytesThatNobodyAskedForAreNoticed) {
  auto process = python("input(); print('answer'); print('another'); input(); input()");
  process.send("go\n", in(20'000));
  EXPECT_EQ(process.receive(in(20'000)), "answer");
  const auto end = in(20'000);
  while (!process.is_out_of_step() && std::chrono::steady_clock::now() < end) {
  }
  EXPECT_TRUE(process.is_out_of_step());
}

}  // namespace
}  // namespace toolformer::sandbox
