// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/run_shard.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <sstream>

#include "record/echo_run.h"
#include "toolformer/base/error.h"
#include "toolformer/record/document_reader.h"

namespace toolformer::record {
namespace {

using fake::read_bytes;
using testing::ElementsAre;
using testing::HasSubstr;

class RunShard : public testing::Test {
 protected:
  RunShard() {
    options_.input = {directory_.write("in.jsonl", echo_input(30))};
    options_.output = directory_ / "out.jsonl";
    options_.progress = "none";
    options_.max_failed_fraction = 1;
  }
  Summary run(const Transform& transform) {
    return run_shard(options_, {"test", {{"gamma", 1}}, {}}, {4}, transform);
  }
  static void keep_all(std::vector<Item>&, Summary&) {}

  fake::TemporaryDirectory directory_;
  RunOptions options_;
};

TEST_F(RunShard, BlocksAreFixedGroupsOfInputRecords) {
  std::vector<std::size_t> sizes, firsts;
  const Summary counts = run([&](std::vector<Item>& block, Summary&) {
    sizes.push_back(block.size());
    firsts.push_back(block.front().ordinal);
  });
  // Records 6, 13, 20 and 27 are bad lines.
  EXPECT_THAT(sizes, ElementsAre(4, 3, 4, 3, 4, 3, 3, 2));
  EXPECT_THAT(firsts, ElementsAre(0, 4, 8, 12, 16, 21, 24, 28));
  EXPECT_EQ(counts.get("records.read"), 30);
  EXPECT_EQ(counts.get("records.written"), 26);
  EXPECT_EQ(counts.get("rejected.bad_json"), 4);
}

TEST_F(RunShard, ABlockIsAnnouncedBeforeTheOneInFrontOfItIsDone) {
  std::vector<std::string> events;
  const auto note = [&](const char* what, const std::vector<Item>& block) {
    events.push_back(what + std::to_string(block.front().ordinal));
  };
  options_.limit = 10;
  run_shard(options_, {"test", {{"gamma", 1}}, {}},
            {4, [&](const std::vector<Item>& block) { note("announced ", block); }},
            [&](std::vector<Item>& block, Summary&) { note("done ", block); });
  EXPECT_THAT(events, ElementsAre("announced 0", "announced 4", "done 0", "announced 8", "done 4",
                                  "done 8"));
}

TEST_F(RunShard, RejectsStandInTheOrderOfTheInput) {
  run([](std::vector<Item>& block, Summary&) {
    for (Item& item : block) {
      if (item.ordinal % 5 == 0) {
        item.reject = "fifth";
        item.reject_kind = "fifth";
      }
    }
  });
  std::istringstream lines(read_bytes(directory_ / "out.rejects.jsonl"));
  std::vector<std::size_t> numbers;
  for (std::string line; std::getline(lines, line);)
    numbers.push_back(nlohmann::json::parse(line)["line"]);
  EXPECT_THAT(numbers, ElementsAre(1, 6, 7, 11, 14, 16, 21, 26, 28));
  EXPECT_THAT(read_bytes(directory_ / "out.rejects.jsonl"),
              HasSubstr(R"("line":6,"kind":"fifth","reason":"fifth","id":"d5"})"));
}

TEST_F(RunShard, AStageMayLeaveRecordsOut) {
  const Summary counts = run([](std::vector<Item>& block, Summary&) {
    std::erase_if(block, [](const Item& item) { return item.ordinal % 2 == 0; });
  });
  EXPECT_EQ(counts.get("records.left_out"), 13);
  EXPECT_EQ(counts.get("records.written"), 13);
}

TEST_F(RunShard, ThreeShardsHoldTheRecordsOfOne) {
  run(keep_all);
  std::vector<std::string> one;
  std::istringstream lines(read_bytes(options_.output));
  for (std::string line; std::getline(lines, line);) one.push_back(line);
  options_.output = directory_ / "shards";
  std::set<std::string> together;
  for (std::size_t index = 0; index < 3; ++index) {
    options_.shard = {index, 3};
    run(keep_all);
    std::istringstream shard(
        read_bytes(directory_ / ("shards/part-0000" + std::to_string(index) + "-of-00003.jsonl")));
    for (std::string line; std::getline(shard, line);) together.insert(line);
  }
  EXPECT_EQ(together, std::set<std::string>(one.begin(), one.end()));
  RunOptions reading;
  reading.input = {directory_ / "shards"};
  DocumentReader reader(reading);
  std::size_t count = 0;
  while (reader.next()) ++count;
  EXPECT_EQ(count, one.size());
}

TEST_F(RunShard, TooManyFailuresComesAfterEverythingElse) {
  options_.max_failed_fraction = 0.1;
  EXPECT_THROW(run(keep_all), base::TooManyFailures);
  EXPECT_TRUE(std::filesystem::exists(options_.output));
  EXPECT_THROW(run(keep_all), base::TooManyFailures) << "again when it is complete already";
  options_.max_failed_fraction = 4.0 / 30;
  EXPECT_EQ(run(keep_all).get("records.written"), 26);
}

TEST_F(RunShard, StrictStopsAtTheFirstBadLineAndCanGoOnWithout) {
  options_.strict = true;
  try {
    run(keep_all);
    FAIL();
  } catch (const base::DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("in.jsonl:7: byte 18: expected a JSON value, found '}'"));
  }
  options_.strict = false;
  EXPECT_EQ(run(keep_all).get("records.written"), 26);
}

TEST_F(RunShard, AnErrorOfTheStageLosesNoCommittedBlock) {
  int blocks = 0;
  EXPECT_THROW(run([&](std::vector<Item>&, Summary&) {
                 if (++blocks == 4) base::throw_error<base::IoError>("the model is gone");
               }),
               base::IoError);
  std::size_t first = 0;
  run([&](std::vector<Item>& block, Summary&) {
    if (first == 0) first = block.front().ordinal;
  });
  EXPECT_EQ(first, 12U);
}

TEST_F(RunShard, ASignalDuringABlockCommitsIt) {
  EXPECT_THROW(run([&](std::vector<Item>& block, Summary&) {
                 if (block.front().ordinal == 4) std::raise(SIGTERM);
               }),
               base::Interrupted);
  std::vector<std::size_t> firsts;
  run([&](std::vector<Item>& block, Summary&) { firsts.push_back(block.front().ordinal); });
  EXPECT_EQ(firsts.front(), 8U);
}

TEST_F(RunShard, ACompleteShardIsLeftAlone) {
  run(keep_all);
  int calls = 0;
  EXPECT_EQ(run([&](std::vector<Item>&, Summary&) { ++calls; }).get("records.written"), 26);
  EXPECT_EQ(calls, 0);
  options_.restart = true;
  run([&](std::vector<Item>&, Summary&) { ++calls; });
  EXPECT_EQ(calls, 8);
}

TEST_F(RunShard, AnEmptyInputGivesAnEmptyShard) {
  options_.input = {directory_.write("empty.jsonl", "")};
  EXPECT_EQ(run(keep_all).get("records.read"), 0);
  EXPECT_EQ(read_bytes(options_.output), "");
}

TEST(EchoStage, TellsAnEmptyInputFromAnEmptyShard) {
  const fake::TemporaryDirectory directory;
  const std::string empty = directory.write("empty.jsonl", "");
  EchoRun whole(directory, {"--input", empty, "--output", directory / "a.jsonl"});
  EXPECT_EQ(whole.wait(), 0);
  EXPECT_THAT(whole.errors(), HasSubstr("a.jsonl: the input holds no record"));
  EchoRun shard(directory, {"--input", empty, "--output", directory / "b", "--shard", "1/2"});
  EXPECT_EQ(shard.wait(), 0);
  EXPECT_THAT(shard.errors(), HasSubstr("no records for this shard in the input"));
}

TEST(EchoStage, StandardOutputIsDataOnly) {
  const fake::TemporaryDirectory directory;
  EchoRun echo(directory,
               {"--input", directory.write("in.jsonl", echo_input(14)), "--output", "-"});
  EXPECT_EQ(echo.wait(), 4) << "bad lines";
  std::istringstream lines(echo.output());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    EXPECT_TRUE(nlohmann::json::accept(line));
  EXPECT_EQ(count, 11);
  EXPECT_THAT(echo.errors(), HasSubstr("in.jsonl:7: byte 18"));
}

TEST(EchoStage, AFileSizeLimitIsAnErrorThatCanBeGoneOnFrom) {
  const fake::TemporaryDirectory directory;
  const std::string input = directory.write("in.jsonl", echo_input(200)),
                    out = directory / "out.jsonl";
  const std::string command = std::string(TOOLFORMER_ECHO_STAGE) +
                              " --progress none --max-failed-fraction 1 --input " + input +
                              " --output " + out + " 2>" + (directory / "stderr.txt");
  EXPECT_EQ(WEXITSTATUS(std::system(("bash -c 'ulimit -f 8; exec " + command + "'").c_str())), 1);
  EXPECT_THAT(read_bytes(directory / "stderr.txt"), HasSubstr("File too large; make room"));
  EXPECT_FALSE(std::filesystem::exists(out));
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 0);
  const std::string whole = read_bytes(out);
  EXPECT_EQ(WEXITSTATUS(std::system((command + " --restart").c_str())), 0);
  EXPECT_EQ(read_bytes(out), whole);
}

TEST(EchoStage, PipesAreReadOnce) {
  const fake::TemporaryDirectory directory;
  const std::string command = std::string("bash -c '") + TOOLFORMER_ECHO_STAGE +
                              " --progress plain --input <(cat " +
                              directory.write("in.jsonl", echo_input(6)) + ") --output " +
                              (directory / "out.jsonl") + "' 2>/dev/null";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 0);
  const std::string lines = read_bytes(directory / "out.jsonl");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 6);
}

TEST(EchoStage, StandardInputIsRead) {
  const fake::TemporaryDirectory directory;
  const std::string command = "cat " + directory.write("in.jsonl", echo_input(6)) + " | " +
                              TOOLFORMER_ECHO_STAGE + " --progress none --input - --output " +
                              (directory / "out.jsonl.gz") + " 2>/dev/null";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 0);
  RunOptions reading;
  reading.input = {directory / "out.jsonl.gz"};
  DocumentReader reader(reading);
  EXPECT_EQ(reader.next()->document.id, "d0");
}

TEST_F(RunShard, RecordsOneByOneGiveTheSameFilesInAnyOrder) {
  const auto edit = [](Item& item) {
    item.document.text += "!";
    if (item.ordinal % 5 == 0) item.reject = "fifth";
  };
  run([&](std::vector<Item>& block, Summary& counts) {
    for (Item& item : block) edit(item);
    counts.count("edited", static_cast<std::int64_t>(block.size()));
  });
  const std::string expected = read_bytes(options_.output);
  const std::string rejects = read_bytes(directory_ / "out.rejects.jsonl");
  options_.output = directory_ / "other.jsonl";
  // Up to seven under way; the last one is given back first.
  const auto records = open_records(options_, {"test", {}, {}}, 4);
  std::vector<Item*> items;
  for (Item* item = records->next(); item != nullptr || !items.empty();) {
    for (; item != nullptr && items.size() < 7; item = records->next()) items.push_back(item);
    edit(*items.back());
    Summary one;
    one.count("edited");
    records->done(items.back(), one);
    items.pop_back();
  }
  const Summary counts = records->finish();
  EXPECT_EQ(read_bytes(options_.output), expected);
  EXPECT_EQ(read_bytes(directory_ / "other.rejects.jsonl"), rejects);
  EXPECT_EQ(counts.get("edited"), 26);
  EXPECT_EQ(counts.get("records.read"), 30);
}

TEST_F(RunShard, RecordsOneByOneGoOnBehindWhatWasDoneWhenStopped) {
  std::vector<std::size_t> seen;
  const auto work = [&](std::size_t stop_at) {
    const auto records = open_records(options_, {"test", {}, {}}, 4);
    while (Item* item = records->next()) {
      seen.push_back(item->ordinal);
      if (seen.size() == stop_at) std::raise(SIGTERM);
      records->done(item, {});
    }
    return records->finish();
  };
  EXPECT_THROW(work(10), base::Interrupted);
  std::signal(SIGTERM, SIG_DFL);
  EXPECT_EQ(work(0).get("records.written"), 26);
  EXPECT_EQ(work(0).get("records.written"), 26) << "of a shard that is complete";
  // Records 6, 13, 20 and 27 are bad lines; none is worked on twice, though 10 is no multiple of 4.
  EXPECT_EQ(seen.size(), 26U);
  EXPECT_EQ(std::set<std::size_t>(seen.begin(), seen.end()).size(), 26U);
}

}  // namespace
}  // namespace toolformer::record
