// SPDX-License-Identifier: Apache-2.0
// A stage is killed, or its disk fails, at every file operation; run again, it must end with the
// bytes of a run that nothing happened to.
#include <gmock/gmock.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "record/echo_run.h"

namespace toolformer::record {
namespace {

using fake::read_bytes;
using fake::TemporaryDirectory;
using testing::HasSubstr;

constexpr int kDocuments = 40;
constexpr int kKilled = -SIGKILL;

class Crash : public testing::TestWithParam<std::string> {
 protected:
  Crash() {
    input_ = directory_.write("in.jsonl", echo_input(kDocuments));
    EXPECT_EQ(run("expected" + GetParam()), 0);
    expected_ = read_bytes(directory_ / ("expected" + GetParam()));
    expected_rejects_ = read_bytes(directory_ / "expected.rejects.jsonl");
    EXPECT_FALSE(expected_rejects_.empty());
  }

  std::vector<std::string> arguments(const std::string& output,
                                     std::vector<std::string> more = {}) const {
    more.insert(more.end(),
                {"--input", input_, "--output", directory_ / output, "--max-failed-fraction", "1"});
    return more;
  }
  int run(const std::string& output, const std::vector<std::string>& more = {}) {
    EchoRun echo(directory_, arguments(output, more));
    const int code = echo.wait();
    errors_ = echo.errors();
    return code;
  }

  /// The output is complete and as expected, and nothing else is left beside it.
  void expect_complete() {
    ASSERT_EQ(read_bytes(out()), expected_);
    ASSERT_EQ(read_bytes(directory_ / "out.rejects.jsonl"), expected_rejects_);
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      const std::string name = entry.path().filename().string();
      ASSERT_TRUE(!name.starts_with("out") || name == "out" + GetParam() ||
                  name == "out.summary.json" || name == "out.rejects.jsonl" ||
                  name == "out.run.json")
          << name;
    }
    const auto summary = nlohmann::json::parse(read_bytes(directory_ / "out.summary.json"));
    ASSERT_EQ(summary["counts"]["records"]["read"], kDocuments);
    ASSERT_EQ(summary["output"]["bytes"], expected_.size());
  }
  void remove_output() {
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      if (entry.path().filename().string().starts_with("out"))
        std::filesystem::remove(entry.path());
    }
  }
  std::string out() const { return directory_ / ("out" + GetParam()); }

  TemporaryDirectory directory_;
  std::string input_, expected_, expected_rejects_, errors_;
};

TEST_P(Crash, KilledAtEveryFileOperation) {
  int kills = 0;
  for (const std::string operation : {"write", "fsync", "rename", "truncate"}) {
    for (const std::string action : {"kill", "kill-after"}) {
      for (int n = 1;; ++n) {
        SCOPED_TRACE(operation + ":" + std::to_string(n) + ":" + action);
        remove_output();
        const int code = run("out" + GetParam(),
                             {"--fault", operation + ":" + std::to_string(n) + ":" + action});
        if (code == 0) break;  // there is no n-th operation
        ASSERT_EQ(code, kKilled);
        ++kills;
        if (std::filesystem::exists(out())) {
          ASSERT_EQ(read_bytes(out()), expected_) << "a final name is complete";
        }
        ASSERT_EQ(run("out" + GetParam()), 0) << errors_;
        expect_complete();
        if (HasFatalFailure()) return;
      }
    }
  }
  EXPECT_GT(kills, 150);
}

TEST_P(Crash, FailingDiskAtEveryFileOperation) {
  // write: no space; fsync: the disk fails; rename: no quota; truncate: the disk fails.
  const std::vector<std::pair<std::string, int>> faults = {
      {"write", ENOSPC}, {"fsync", EIO}, {"rename", EDQUOT}, {"truncate", EIO}};
  for (const auto& [operation, reason] : faults) {
    for (int n = 1;; ++n) {
      const std::string fault = operation + ":" + std::to_string(n) + ":" + std::to_string(reason);
      SCOPED_TRACE(fault);
      remove_output();
      const int code = run("out" + GetParam(), {"--fault", fault});
      if (code == 0) break;
      ASSERT_EQ(code, 1) << errors_;
      ASSERT_THAT(errors_, HasSubstr("out")) << "names the file";
      ASSERT_EQ(run("out" + GetParam()), 0) << errors_;
      expect_complete();
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(Crash, KilledAtRandomMomentsAgainAndAgain) {
  std::mt19937 random(20230209);
  std::uniform_int_distribution<int> delay(0, 40000);
  int kills = 0;
  for (int round = 0; round < 12; ++round) {
    remove_output();
    for (int attempt = 0; attempt < 6; ++attempt) {
      EchoRun echo(directory_, arguments("out" + GetParam(), {"--sleep-ms", "2"}));
      echo.signal_after(std::chrono::microseconds(delay(random)), SIGKILL);
      if (echo.wait() == kKilled) ++kills;
    }
    ASSERT_EQ(run("out" + GetParam()), 0) << errors_;
    expect_complete();
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(kills, 10);
}

TEST_P(Crash, SignalsStopBetweenBlocks) {
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) {
    remove_output();
    EchoRun echo(directory_, arguments("out" + GetParam(), {"--sleep-ms", "40"}));
    // It listens before it writes anything.
    for (int i = 0; i < 3000 && !std::filesystem::exists(out() + ".part"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    echo.signal(signal);
    echo.signal_after(std::chrono::milliseconds(5), signal);
    ASSERT_EQ(echo.wait(), 75);
    EXPECT_THAT(echo.errors(), HasSubstr("run the same command again"));
    EXPECT_FALSE(std::filesystem::exists(out()));
    ASSERT_EQ(run("out" + GetParam()), 0);
    expect_complete();
  }
}

/// Leaves four committed blocks of a run that was told to stop.
class TornTail : public Crash {
 protected:
  TornTail() {
    EXPECT_EQ(run("out" + GetParam(), {"--fault", "fsync:14:kill"}), kKilled);
    part_ = out() + ".part";
    torn_ = read_bytes(part_);
    state_text_ = read_bytes(out() + ".state");
    committed_ = nlohmann::json::parse(state_text_)["records"]["bytes"];
    for (const char* name : {".rejects.jsonl.part"})
      rejects_ = read_bytes(directory_ / (std::string("out") + name));
  }
  void restore(const std::string& part) {
    remove_output();
    directory_.write("out" + GetParam() + ".part", part);
    directory_.write("out" + GetParam() + ".state", state_text_);
    directory_.write("out.rejects.jsonl.part", rejects_);
  }

  std::string part_, torn_, state_text_, rejects_;
  std::size_t committed_ = 0;
};

TEST_P(TornTail, UncommittedBytesAreCutOff) {
  ASSERT_GT(committed_, 0U);
  const std::string tail = expected_.substr(committed_, 200);
  for (std::size_t length = 0; length <= tail.size(); length += 7) {
    restore(expected_.substr(0, committed_) + tail.substr(0, length));
    ASSERT_EQ(run("out" + GetParam()), 0) << errors_;
    expect_complete();
    if (HasFatalFailure()) return;
  }
  restore(expected_.substr(0, committed_) + std::string(5000, '\0'));
  ASSERT_EQ(run("out" + GetParam()), 0) << errors_;
  expect_complete();
}

TEST_P(TornTail, DamagedCommittedBytesAreRefusedNotUsed) {
  for (std::size_t cut = 1; cut <= 120 && cut < committed_; cut += 3) {
    restore(expected_.substr(0, committed_ - cut));
    ASSERT_EQ(run("out" + GetParam()), 1);
    ASSERT_THAT(errors_, HasSubstr("begin the shard again with --restart"));
  }
  for (std::size_t at = 0; at < committed_; at += 13) {
    std::string flipped = expected_.substr(0, committed_);
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    restore(flipped);
    ASSERT_EQ(run("out" + GetParam()), 1);
    ASSERT_THAT(errors_, HasSubstr("checksum"));
  }
  ASSERT_EQ(run("out" + GetParam(), {"--restart"}), 0) << errors_;
  expect_complete();
}

TEST_P(TornTail, DamagedStateIsRefused) {
  restore(torn_);
  directory_.write("out" + GetParam() + ".state", state_text_.substr(0, state_text_.size() / 2));
  ASSERT_EQ(run("out" + GetParam()), 3);
  EXPECT_THAT(errors_, HasSubstr(".state: damaged"));
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param.substr(1);
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}
const auto kKinds = testing::Values(".jsonl", ".jsonl.gz", ".jsonl.zst");
INSTANTIATE_TEST_SUITE_P(Kinds, Crash, kKinds, test_name);
INSTANTIATE_TEST_SUITE_P(Kinds, TornTail, kKinds, test_name);

}  // namespace
}  // namespace toolformer::record
