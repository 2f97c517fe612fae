// SPDX-License-Identifier: Apache-2.0
#include "toolformer/sandbox/launch.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "toolformer/sandbox/failure.h"

namespace toolformer::sandbox {
namespace {

/// What a script prints, started with /dev/null for all else.
std::string output_of(Launch start, const std::string& script) {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const int out = fcntl(ends[1], F_DUPFD_CLOEXEC, 10);
  const int null = fcntl(open("/dev/null", O_RDWR | O_CLOEXEC), F_DUPFD_CLOEXEC, 10);
  start.arguments = {"/bin/sh", "-c", script};
  const std::array<int, 4> descriptors = {null, out, null, null};
  std::copy(descriptors.begin(), descriptors.end(), start.descriptors);
  const pid_t pid = launch(start);
  for (const int end : {out, ends[1], null}) close(end);
  std::string text;
  std::array<char, 4096> buffer;
  for (ssize_t count = 0; (count = read(ends[0], buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(count));
  close(ends[0]);
  EXPECT_EQ(waitpid(pid, nullptr, 0), pid);
  return text;
}

TEST(Launch, GivesTheEnvironmentAndNothingElse) {
  ::setenv("TOOLFORMER_LAUNCH_TEST", "ours", 1);
  EXPECT_EQ(
      output_of({.environment = {"A=1", "B=two words"}}, "echo \"$A|$B|$TOOLFORMER_LAUNCH_TEST\""),
      "1|two words|\n");
  ::unsetenv("TOOLFORMER_LAUNCH_TEST");
}

TEST(Launch, OpensFourDescriptorsOnly) {
  const int ours = open("/dev/null", O_RDONLY);  // would be inherited
  const std::string found = output_of({}, "for f in /proc/$$/fd/*; do echo -n \"${f##*/} \"; done");
  close(ours);
  EXPECT_EQ(found.substr(0, 8), "0 1 2 3 ");
}

TEST(Launch, SetsTheLimits) {
  Launch start;
  start.limits.cpu_seconds = 7;
  start.limits.open_files = 19;
  start.limits.file_bytes = 1024 * 512;
  EXPECT_EQ(output_of(start, "ulimit -t; ulimit -n; ulimit -c"), "7\n19\n0\n");
  EXPECT_EQ(output_of(start, "ulimit -f"), std::to_string(start.limits.file_bytes / 512) + "\n");
}

TEST(Launch, IsAGroupOfItsOwnWithSignalsAsAtFirst) {
  ::signal(SIGUSR1, SIG_IGN);
  // In /proc/PID/status the bits of ignored signals; USR1 is number 10.
  const std::string ignored = output_of({}, "grep SigIgn /proc/$$/status");
  ::signal(SIGUSR1, SIG_DFL);
  EXPECT_EQ(std::stoull(ignored.substr(ignored.find('\t') + 1), nullptr, 16) & (1ULL << 9U), 0U);
  EXPECT_EQ(output_of({}, "set -- $(cat /proc/$$/stat); [ $5 = $$ ] && echo own"), "own\n");
}

TEST(Launch, WhatCannotBeRunSaysWhy) {
  Launch start;
  start.arguments = {"/nonexistent/program"};
  const int null = fcntl(open("/dev/null", O_RDWR | O_CLOEXEC), F_DUPFD_CLOEXEC, 10);
  for (int& descriptor : start.descriptors) descriptor = null;
  try {
    launch(start);
    FAIL() << "it was started";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.kind, FailureKind::kUnavailable);
    EXPECT_STREQ(failure.what(), "/nonexistent/program cannot be run: No such file or directory");
  }
  close(null);
}

}  // namespace
}  // namespace toolformer::sandbox
