// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/inspect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "inspect/sample_records.h"
#include "toolformer/base/error.h"
#include "toolformer/record/document_json.h"

namespace toolformer::inspect {
namespace {

using testing::HasSubstr;
using testing::Not;

class Inspect : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& bytes) {
    const std::filesystem::path path = directory_ / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path.string();
  }
  std::string run(Options options) {
    std::string printed;
    const Output output = {
        .print =
            [&](std::string_view text) {
              printed += text;
              return ++prints_ < most_prints_;
            },
        .complain = [&](const std::string& problem) { problems_.push_back(problem); }};
    inspect(options, {.width = 80}, output);
    return printed;
  }
  static std::string line(const std::string& id, double delta) {
    record::Document document = fake::lamps();
    document.id = id;
    document.calls[0].delta = delta;
    return record::to_json_line(document) + "\n";
  }

  fake::TemporaryDirectory temporary_;
  const std::filesystem::path directory_ = temporary_.path();
  std::vector<std::string> problems_;
  std::size_t prints_ = 0;
  std::size_t most_prints_ = 1000;
};

TEST_F(Inspect, ShowsRecordsInTheirOrder) {
  const std::string path = write("a.jsonl", line("one", 1) + line("two", 2));
  const std::string view = run({.input = {path}});
  EXPECT_LT(view.find("one  3 calls"), view.find("two  3 calls"));
}

TEST_F(Inspect, SortsByDeltaAndLimits) {
  const std::string path = write("a.jsonl", line("one", 1) + line("three", 3) + line("two", 2));
  const std::string view = run({.input = {path}, .sort = Sort::kDelta, .limit = 2});
  EXPECT_LT(view.find("three  3 calls"), view.find("two  3 calls"));
  EXPECT_THAT(view, Not(HasSubstr("one  3 calls")));
}

TEST_F(Inspect, ReportsGarbledLinesAndGoesOn) {
  const std::string path =
      write("a.jsonl",
            "{broken\n" + line("one", 1) + std::string("\xFF\xFE\n") + "[1,2]\n" + line("two", 2));
  const std::string view = run({.input = {path}});
  EXPECT_THAT(view, HasSubstr("two  3 calls"));
  ASSERT_EQ(problems_.size(), 3u);
  EXPECT_THAT(problems_[0], HasSubstr("a.jsonl:1: "));
  EXPECT_THAT(problems_[1], HasSubstr("a.jsonl:3: "));
}

TEST_F(Inspect, TellsTenLinesAndCountsTheRest) {
  std::string bytes = line("one", 1);
  for (int i = 0; i < 5000; ++i) bytes += "{\"kind\":\"bad_json\"}\n";
  for (const bool summary : {false, true}) {
    problems_.clear();
    run({.input = {write("a.jsonl", bytes)}, .summary = summary});
    ASSERT_EQ(problems_.size(), 12u);
    EXPECT_THAT(problems_[10], HasSubstr("only counted"));
    EXPECT_EQ(problems_[11], "5000 of 5001 lines cannot be read");
  }
}

TEST_F(Inspect, NamesAFileOfAnotherKind) {
  const auto refusal = [&](const std::string& name, const std::string& bytes) {
    return fake::refusal<base::Error>([&] { run({.input = {write(name, bytes)}}); });
  };
  EXPECT_THAT(refusal("words.log", "some words\nand others\n"), HasSubstr("plain text"));
  EXPECT_THAT(refusal("a.summary.json", "{\n}\n"), HasSubstr("tells of a run"));
  EXPECT_THAT(refusal("x.gguf", "GGUF\3"), HasSubstr("a GGUF model"));
}

TEST_F(Inspect, RefusesWhatHoldsNoRecordAtAll) {
  const std::string path = write("a.jsonl", "{broken\n");
  EXPECT_THROW(run({.input = {path}}), base::DataError);
  EXPECT_THROW(run({.input = {path}, .summary = true}), base::DataError);
  EXPECT_THROW(run({.input = {path + ".missing"}}), base::UsageError);
}

TEST_F(Inspect, AnEmptyFileIsAnEmptyAnswer) {
  EXPECT_EQ(run({.input = {write("a.jsonl", "")}}), "");
}

TEST_F(Inspect, SaysWhyNothingIsShown) {
  const std::string path = write("a.jsonl", line("one", 1));
  for (const Sort sort : {Sort::kInput, Sort::kDelta}) {
    problems_.clear();
    EXPECT_EQ(run({.input = {path}, .tool = "Oracle", .sort = sort}), "");
    ASSERT_EQ(problems_.size(), 1u);
    EXPECT_THAT(problems_[0], HasSubstr("no call of Oracle; there are: "));
  }
  problems_.clear();
  run({.input = {path}, .kept = true});
  EXPECT_TRUE(problems_.empty());
}

TEST_F(Inspect, StopsWhenNobodyReads) {
  const std::string path = write("a.jsonl", line("one", 1) + line("two", 2) + line("three", 3));
  most_prints_ = 1;
  run({.input = {path}});
  EXPECT_EQ(prints_, 1u);
}

TEST_F(Inspect, SummaryAddsUpTheFilesBeside) {
  const std::string first = write("x-00000-of-00002.jsonl", line("one", 1));
  write("x-00000-of-00002.summary.json", R"({"counts":{"calls":{"unparsable":3}},"seconds":1.5})");
  write("x-00001-of-00002.jsonl", line("two", 2));
  write("x-00001-of-00002.summary.json", R"({"counts":{"calls":{"unparsable":4}},"seconds":1.0})");
  const std::string view = run({.input = {directory_.string()}, .summary = true});
  EXPECT_THAT(view, HasSubstr("2 documents"));
  EXPECT_THAT(view, HasSubstr("(2 summary files)"));
  EXPECT_THAT(view, testing::ContainsRegex("\n  calls.unparsable +7"));
  EXPECT_THAT(view, testing::ContainsRegex("seconds +2.500"));
}

TEST_F(Inspect, ShowsMetrics) {
  const std::string path =
      write("metrics.jsonl", "{\"step\":1,\"loss\":3}\n{\"step\":2,\"loss\":2}\n");
  EXPECT_THAT(run({.input = {path}}), HasSubstr("first 3.0000  last 2.0000"));
}

TEST_F(Inspect, AReportIsNeverWrittenOverItsRecords) {
  const std::string path = write("a.jsonl", line("one", 1));
  const std::string other_name = (directory_ / "." / "a.jsonl").string();
  EXPECT_THROW(run({.input = {path}, .html = other_name}), base::UsageError);
  EXPECT_THROW(run({.input = {directory_.string()}, .html = path}), base::UsageError);
  EXPECT_THAT(run({.input = {path}}), HasSubstr("one  3 calls"));
}

TEST_F(Inspect, WritesAReport) {
  const std::string path = write("a.jsonl", line("one", 1) + "{broken\n");
  const std::string report = (directory_ / "report.html").string();
  run({.input = {path}, .html = report});
  std::ifstream in(report);
  const std::string html((std::istreambuf_iterator<char>(in)), {});
  EXPECT_THAT(html, HasSubstr("</html>"));
  EXPECT_THROW(run({.input = {path}, .html = report}), base::UsageError) << "it is there already";
  run({.input = {path}, .html = report, .restart = true});
  EXPECT_THAT(fake::refusal<base::UsageError>(
                  [&] { run({.input = {path}, .html = directory_.string(), .restart = true}); }),
              HasSubstr("names a directory"));
  EXPECT_THAT(html, HasSubstr("a.jsonl:2: "));
}

}  // namespace
}  // namespace toolformer::inspect
