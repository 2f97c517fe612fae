// SPDX-License-Identifier: Apache-2.0
// Without a sandbox, so that it runs everywhere; shut in: run_test.cpp.
#include "toolformer/sandbox/child.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "toolformer/base/error.h"

namespace toolformer::sandbox {
namespace {

const Confinement kOpen{Confinement::Mode::kNone};

Program shell(const std::string& script) {
  Program program;
  program.arguments = {"/bin/sh", "-c", script};
  return program;
}

void await_end(Child& child) {
  pollfd end{child.death(), POLLIN, 0};
  ASSERT_EQ(poll(&end, 1, 10'000), 1) << "it does not end";
  ASSERT_TRUE(child.has_ended());
}

std::string all_output(Child& child) {
  std::string bytes;
  Transfer last = Transfer::kSome;
  while (last != Transfer::kEnd) {
    pollfd more{child.output(), POLLIN, 0};
    if (poll(&more, 1, 10'000) != 1) return "nothing comes";
    last = child.read_output(bytes);
  }
  return bytes;
}

/// Not there any more, or dead and not yet collected by whoever inherits it; waits ten seconds for
/// it.
bool is_gone(pid_t process) {
  const std::string file = "/proc/" + std::to_string(process) + "/stat";
  for (int i = 0; i < 1000; ++i) {
    std::ifstream stat(file);
    std::string line;
    if (!std::getline(stat, line)) return true;
    if (line.substr(line.rfind(')') + 2, 1) == "Z") return true;
    ::usleep(10'000);
  }
  return false;
}

TEST(Child, HasThreeStreamsAndAnExitCode) {
  Child child(kOpen, shell("read line; echo \"<$line>\"; echo oops >&2; exit 3"));
  std::string_view input = "hello\n";
  EXPECT_EQ(child.write(input), Transfer::kSome);
  EXPECT_TRUE(input.empty());
  child.close_input();
  EXPECT_EQ(child.input(), -1);
  EXPECT_EQ(all_output(child), "<hello>\n");
  EXPECT_EQ(child.output(), -1);  // at the end of the stream it closes it
  await_end(child);
  child.drain_errors();
  EXPECT_EQ(child.error_excerpt(), "oops");
  EXPECT_EQ(child.failure(), "it ended with exit code 3: oops");
  EXPECT_FALSE(child.ended_by_cpu_limit());
}

TEST(Child, ReadingAndWritingDoNotWait) {
  Child child(kOpen, shell("sleep 60"));
  std::string bytes;
  EXPECT_EQ(child.read_output(bytes), Transfer::kNothingYet);
  EXPECT_FALSE(child.has_ended());
  const std::string much(1 << 20, 'x');  // more than a pipe holds
  std::string_view rest = much;
  EXPECT_EQ(child.write(rest), Transfer::kSome);
  EXPECT_FALSE(rest.empty());
  EXPECT_EQ(child.write(rest), Transfer::kNothingYet);
}

TEST(Child, WritingToOneThatIsGoneEndsWithoutASignal) {
  Child child(kOpen, shell("exit 0"));
  await_end(child);
  EXPECT_EQ(child.failure(), std::nullopt);
  std::string_view input = "x";
  EXPECT_EQ(child.write(input), Transfer::kEnd);
}

TEST(Child, ASignalIsNamed) {
  Child child(kOpen, shell("kill -TERM $$"));
  await_end(child);
  EXPECT_EQ(child.failure(), "it was ended by SIGTERM");
}

TEST(Child, OfItsErrorsTheBeginningIsKept) {
  Child child(kOpen, shell("i=0; while [ $i -lt 400 ]; do echo 0123456789 >&2; i=$((i+1)); done"));
  await_end(child);
  child.drain_errors();
  EXPECT_EQ(child.error_excerpt().substr(0, 11), "0123456789\n");
  EXPECT_LE(child.error_excerpt().size(), 2000U);
  EXPECT_GE(child.error_excerpt().size(), 1990U);
  EXPECT_EQ(child.errors(), -1);
}

/// The whole group: what the program has started in the background, too.
TEST(Child, StoppedItIsGoneWithAllItStarted) {
  Child child(kOpen, shell("sleep 60 & echo $!; wait"));
  std::string bytes;
  while (bytes.empty() || bytes.back() != '\n') {
    pollfd more{child.output(), POLLIN, 0};
    ASSERT_EQ(poll(&more, 1, 10'000), 1);
    child.read_output(bytes);
  }
  const pid_t background = std::stoi(bytes);
  EXPECT_EQ(::kill(background, 0), 0);
  child.stop();
  EXPECT_TRUE(child.has_ended());
  EXPECT_TRUE(is_gone(background));
  EXPECT_EQ(child.output(), -1);
}

TEST(Child, AProgramThatIsNotThereIsNotStarted) {
  Program program;
  program.arguments = {"/nonexistent/program"};
  EXPECT_THROW(Child(kOpen, program), base::UsageError);
}

TEST(Descriptor, ClosesWhatItHoldsOnce) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const Descriptor read(ends[0]);
  {
    Descriptor write(ends[1]);
    const Descriptor moved = std::move(write);
    EXPECT_FALSE(write.is_open());  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(moved.get(), ends[1]);
  }
  char byte = 0;
  EXPECT_EQ(::read(read.get(), &byte, 1), 0);  // no writer is left
}

}  // namespace
}  // namespace toolformer::sandbox
