// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/dispatch/result_cache.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::tools {
namespace {

class ResultCacheTest : public testing::Test {
 protected:
  fake::TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "new/results.sqlite";
};

TEST_F(ResultCacheTest, KeepsResultsForOtherRuns) {
  const ResultKey key{"QA", "v1", "who?", ""};
  {
    ResultCache cache(path_);
    EXPECT_FALSE(cache.find(key));
    cache.store(key, Outcome::value("me"));
    cache.store({"QA", "v1", "", ""}, Outcome::error("bad_input", "empty"));
  }
  ResultCache again(path_);
  ASSERT_TRUE(again.find(key));
  EXPECT_EQ(again.find(key)->result, "me");
  EXPECT_EQ(again.find({"QA", "v1", "", ""})->error_kind, "bad_input");
  EXPECT_EQ(again.find({"QA", "v1", "", ""})->error_message, "empty");
}

TEST_F(ResultCacheTest, KeepsWhatASearchLeftOut) {
  const ResultKey key{.tool = "QA", .version = "v1", .input = "who?", .date = "", .own = "x"};
  Outcome outcome = Outcome::value("me");
  outcome.excluded = {"Basalt", "Po (river)"};
  ResultCache cache(path_);
  cache.store(key, outcome);
  EXPECT_EQ(cache.find(key)->excluded, outcome.excluded);
  EXPECT_EQ(cache.find(key)->error_message, "");
  EXPECT_FALSE(cache.find({.tool = "QA", .version = "v1", .input = "who?", .date = "", .own = ""}));
}

TEST_F(ResultCacheTest, EveryPartOfTheKeyCounts) {
  ResultCache cache(path_);
  cache.store({"QA", "v1", "who?", "2019"}, Outcome::value("me"));
  EXPECT_FALSE(cache.find({"QB", "v1", "who?", "2019"}));
  EXPECT_FALSE(cache.find({"QA", "v2", "who?", "2019"}));
  EXPECT_FALSE(cache.find({"QA", "v1", "who", "2019"}));
  EXPECT_FALSE(cache.find({"QA", "v1", "who?", ""}));
  EXPECT_NE((ResultKey{"a", "b", "", ""}).hash(), (ResultKey{"ab", "", "", ""}).hash());
}

TEST_F(ResultCacheTest, KeepsNothingThatMayBeOtherwiseNextTime) {
  ResultCache cache(path_);
  cache.store({"QA", "v", "a", ""}, Outcome::transient_error("unavailable", "busy"));
  cache.store({"QA", "v", "b", ""}, Outcome::error("tool_failed", "exit code 1"));
  cache.store({"QA", "v", "c", ""}, Outcome::error("refused", "not in the list"));
  for (const char* input : {"a", "b", "c"}) EXPECT_FALSE(cache.find({"QA", "v", input, ""}));
}

TEST_F(ResultCacheTest, RefusesWhatIsNoCache) {
  const auto message = [](const std::filesystem::path& path) {
    return fake::refusal<base::UsageError>([&] { ResultCache cache(path); });
  };
  EXPECT_THAT(message(directory_.write("text", std::string(5000, 'x'))),
              testing::AllOf(testing::HasSubstr("--tool-cache"), testing::HasSubstr("text")));
  EXPECT_THAT(message(directory_ / "text/results.sqlite"), testing::HasSubstr("--tool-cache"));
  Database(directory_ / "other", Database::Mode::kCreate).execute("CREATE TABLE t(x)");
  EXPECT_THAT(message(directory_ / "other"), testing::HasSubstr("another kind of database"));
}

// Several processes write at once; one is killed again and again. Nothing is lost but what it was
// about to write, and the file stays whole.
TEST_F(ResultCacheTest, ProcessesShareItAndMayBeKilled) {
  constexpr int kProcesses = 4, kEach = 200;
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    const pid_t child = ::fork();
    if (child == 0) {
      ResultCache cache(path_);
      const int count = process == 0 ? 1'000'000 : kEach;
      for (int i = 0; i < count; ++i) {
        const std::string input = std::to_string(process) + ":" + std::to_string(i);
        cache.store({"T", "v", input, ""}, Outcome::value(input));
      }
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (int process = 1; process < kProcesses; ++process) {
    int status = 0;
    ::waitpid(children[static_cast<std::size_t>(process)], &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  ::kill(children[0], SIGKILL);
  ::waitpid(children[0], nullptr, 0);
  ResultCache cache(path_);
  for (int process = 1; process < kProcesses; ++process) {
    for (int i = 0; i < kEach; ++i) {
      const std::string input = std::to_string(process) + ":" + std::to_string(i);
      ASSERT_TRUE(cache.find({"T", "v", input, ""})) << input;
    }
  }
  Database database(path_, Database::Mode::kReadOnly);
  Statement check(database, "PRAGMA integrity_check");
  ASSERT_TRUE(check.step());
  EXPECT_EQ(check.text(0), "ok");
}

}  // namespace
}  // namespace toolformer::tools
