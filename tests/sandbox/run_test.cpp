// SPDX-License-Identifier: Apache-2.0
#include "toolformer/sandbox/run.h"

#include <gmock/gmock.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "toolformer/base/error.h"

namespace toolformer::sandbox {
namespace {

using std::chrono::milliseconds;

class RunTest : public ::testing::Test {
 protected:
  void SetUp() override {
    try {
      confinement_ = Confinement::detect({});
    } catch (const base::UsageError& error) {
      GTEST_SKIP() << error.what();
    }
    program_.limits.wall = milliseconds(20'000);
  }
  std::string python(const std::string& code, std::string_view input = "") {
    program_.arguments = {"python3", "-c", code};
    return run(confinement_, {program_, input, std::chrono::steady_clock::time_point::max()});
  }
  /// 'ok', or the kind of failure.
  std::string outcome(const std::string& code, std::string_view input = "") {
    try {
      python(code, input);
      return "ok";
    } catch (const Failure& failure) {
      constexpr const char* kNames[] = {"timeout", "too_large", "failed", "unavailable"};
      return kNames[static_cast<int>(failure.kind)];
    }
  }
  static std::size_t descriptors() {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
  }
  void TearDown() override {
    EXPECT_EQ(processes(), 0U) << "of this test, dead or alive, are left";
  }
  static std::size_t processes() {
    std::ifstream children("/proc/self/task/" + std::to_string(::getpid()) + "/children");
    return static_cast<std::size_t>(
        std::distance(std::istream_iterator<int>(children), std::istream_iterator<int>()));
  }
  Confinement confinement_{Confinement::Mode::kNone};
  Program program_;
};

TEST_F(RunTest, BytesInBytesOut) {
  const std::size_t before = descriptors();
  EXPECT_EQ(python("import sys; sys.stdout.write(sys.stdin.read()[::-1])", "abc"), "cba");
  EXPECT_EQ(descriptors(), before);
}

TEST_F(RunTest, ExitCodeAndSignalAreFailures) {
  EXPECT_EQ(outcome("raise SystemExit(3)"), "failed");
  EXPECT_EQ(outcome("import os; os.kill(os.getpid(), 11)"), "failed");
}

TEST_F(RunTest, AHangEndsAtTheLimit) {
  program_.limits.wall = milliseconds(1500);
  EXPECT_EQ(outcome("import signal,time; signal.signal(15, signal.SIG_IGN); time.sleep(99)"),
            "timeout");
}

TEST_F(RunTest, NamesTheTimeThatItHad) {
  program_.limits.wall = std::chrono::hours(24);
  program_.arguments = {"sleep", "40"};
  const auto refusal = [&](milliseconds time) -> std::string {
    try {
      return run(confinement_, {program_, "", std::chrono::steady_clock::now() + time});
    } catch (const Failure& failure) {
      return failure.what();
    }
  };
  EXPECT_THAT(refusal(milliseconds(1500)),  // less what passed between the two clocks
              testing::MatchesRegex("it did not end within 1(500|4..) ms"));
  program_.limits.wall = milliseconds(1200);
  EXPECT_EQ(refusal(milliseconds(9000)), "it did not end within 1200 ms");
}

TEST_F(RunTest, AFloodIsTooLarge) {
  EXPECT_EQ(outcome("while True: print('x' * 65536)"), "too_large");
}

TEST_F(RunTest, AMemoryBombFails) {
  program_.limits.memory_bytes = std::uint64_t{128} << 20U;
  EXPECT_EQ(outcome("x = bytearray(1 << 30)"), "failed");
}

TEST_F(RunTest, AForkBombIsBounded) {
  program_.limits.wall = milliseconds(3000);
  program_.limits.processes = 20;
  EXPECT_NE(outcome("import os\nwhile True: os.fork()"), "ok");
}

TEST_F(RunTest, NothingIsWrittenOutsideAndThereIsNoNetwork) {
  EXPECT_EQ(outcome("open('/usr/escaped', 'w')"), "failed");
  EXPECT_EQ(outcome("import os; assert not os.listdir('/root')"), "ok");
  EXPECT_EQ(outcome("import socket; socket.create_connection(('127.0.0.1', 22), 1)"), "failed");
}

TEST_F(RunTest, WhatIsGrantedBelowAHiddenFolderIsSeenAndNothingBesideIt) {
  const std::filesystem::path secret = std::filesystem::path(getenv("HOME")) / ".toolformer-test";
  const std::filesystem::path folder = secret / "deep" / "granted";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "file") << "granted";
  std::ofstream(secret / "other") << "hidden";
  program_.access.read = {folder};
  const auto shown = [&](const std::filesystem::path& path) {
    return outcome("print(open('" + path.string() + "').read())");
  };
  EXPECT_EQ(shown(folder / "file"), "ok");
  EXPECT_EQ(shown(secret / "other"), "failed");
  std::filesystem::remove_all(secret);
}

TEST_F(RunTest, AProgramThatReadsNothingIsNoError) {
  EXPECT_EQ(outcome("pass", std::string(1 << 20, 'x')), "ok");
}

TEST_F(RunTest, AGrandchildThatHoldsTheOutputEndsWithIt) {
  EXPECT_EQ(python("import os,time\nif os.fork() == 0:\n  os.setsid(); time.sleep(99)\n"
                   "print('done')"),
            "done\n");
}

}  // namespace
}  // namespace toolformer::sandbox
