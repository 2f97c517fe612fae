// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/document_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <csignal>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/base/stop_signal.h"
#include "toolformer/record/compress.h"

namespace toolformer::record {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string describe(const Item& item) {
  if (item.reject) return fmt::format("{} line {}: {}", item.ordinal, item.line, item.reject_kind);
  return fmt::format("{} {}", item.ordinal, item.document.id);
}

std::vector<std::string> all(RunOptions options, std::size_t first = 0) {
  DocumentReader reader(options);
  reader.skip_to(first);
  std::vector<std::string> items;
  while (const auto item = reader.next()) items.push_back(describe(*item));
  return items;
}

RunOptions reading(std::vector<std::string> input) {
  RunOptions options;
  options.input = std::move(input);
  return options;
}

constexpr const char* kMixed =
    "{\"text\":\"a\"}\n"
    "\n"
    "broken\n"
    "{\"id\":\"x\",\"text\":\"b\"}\n"
    "{\"id\":\"x\",\"text\":\"again\"}\n"
    "{\"id\":\"f.jsonl:1\",\"text\":\"taken by a line without id\"}\n"
    "{\"id\":\"y\",\"text\":\"c\"}";

TEST(DocumentReader, GivesIdsPlacesAndReasons) {
  const fake::TemporaryDirectory directory;
  const RunOptions options = reading({directory.write("f.jsonl", kMixed)});
  EXPECT_THAT(all(options), ElementsAre("0 f.jsonl:1", "1 line 3: bad_json", "2 x",
                                        "3 line 5: duplicate_id", "4 line 6: duplicate_id", "5 y"));
  DocumentReader reader(options);
  for (int i = 0; i < 3; ++i) reader.next();
  EXPECT_THAT(*reader.next()->reject,
              HasSubstr("the id \"x\" was seen first at " + directory / "f.jsonl" + ":4"));
}

TEST(DocumentReader, ShardsHoldTheSameRecordsAsOne) {
  const fake::TemporaryDirectory directory;
  const std::string packed = compress_block(kMixed, Compression::kZstd);
  RunOptions options =
      reading({directory.write("f.jsonl", kMixed), directory.write("g.jsonl.zst", packed)});
  const std::vector<std::string> one = all(options);
  ASSERT_EQ(one.size(), 12U);
  EXPECT_EQ(one[6], "6 g.jsonl.zst:1");
  EXPECT_EQ(one[8], "8 line 4: duplicate_id") << "ids are looked at over all inputs";
  std::vector<std::string> merged(one.size());
  for (std::size_t index = 0; index < 3; ++index) {
    options.shard = {index, 3};
    std::size_t at = index;
    for (const std::string& item : all(options)) {
      merged.at(at) = item;
      at += 3;
    }
  }
  EXPECT_EQ(merged, one);
}

TEST(DocumentReader, LimitCountsRecordsOfTheWholeInput) {
  const fake::TemporaryDirectory directory;
  RunOptions options = reading({directory.write("f.jsonl", kMixed)});
  options.limit = 3;
  EXPECT_THAT(all(options), ElementsAre("0 f.jsonl:1", "1 line 3: bad_json", "2 x"));
  options.shard = {1, 2};
  EXPECT_THAT(all(options), ElementsAre("1 line 3: bad_json"));
  options.limit = 0;
  EXPECT_THAT(all(options), testing::IsEmpty());
}

TEST(DocumentReader, PassesOverWhatIsDoneButRemembersItsIds) {
  const fake::TemporaryDirectory directory;
  EXPECT_THAT(all(reading({directory.write("f.jsonl", kMixed)}), 3),
              ElementsAre("3 line 5: duplicate_id", "4 line 6: duplicate_id", "5 y"));
}

TEST(DocumentReader, SameFileNamesAreToldApartByTheirPaths) {
  const fake::TemporaryDirectory directory;
  const std::string a = directory.write("a/f.jsonl", "{\"text\":\"1\"}\n"),
                    b = directory.write("b/f.jsonl", "{\"text\":\"2\"}\n");
  EXPECT_THAT(all(reading({a, b})), ElementsAre("0 " + a + ":1", "1 " + b + ":1"));
}

TEST(DocumentReader, DamagedFilesGiveWhatTheyHaveAndOneReject) {
  const fake::TemporaryDirectory directory;
  std::string packed = compress_block("{\"text\":\"1\"}\n", Compression::kGzip);
  packed += compress_block("{\"text\":\"2\"}\n{\"text\":\"3\"}\n", Compression::kGzip);
  const std::string path = directory.write("f.jsonl.gz", packed.substr(0, packed.size() - 4));
  const std::string next = directory.write("g.jsonl", "{\"text\":\"4\"}");
  EXPECT_THAT(all(reading({path, next})),
              ElementsAre("0 f.jsonl.gz:1", "1 f.jsonl.gz:2", "2 f.jsonl.gz:3",
                          "3 line 4: damaged_file", "4 g.jsonl:1"));
}

TEST(DocumentReader, NoticesAFileThatChangesMeanwhile) {
  const fake::TemporaryDirectory directory;
  const std::string path = directory.write("f.jsonl", kMixed);
  DocumentReader reader(reading({path}));
  reader.next();
  directory.write("f.jsonl", std::string(kMixed) + "\n{\"text\":\"more\"}\n");
  EXPECT_THROW(
      {
        while (reader.next()) {
        }
      },
      base::IoError);
}

TEST(DocumentReader, ReportsHowFarItIs) {
  const fake::TemporaryDirectory directory;
  RunOptions options = reading({directory.write("f.jsonl", kMixed)});
  DocumentReader by_bytes(options);
  EXPECT_EQ(by_bytes.fraction(), 0.0);
  while (by_bytes.next()) {
  }
  EXPECT_EQ(by_bytes.fraction(), 1.0);
  options.limit = 4;
  DocumentReader by_records(options);
  by_records.count_records_if_small();
  by_records.skip_to(1);
  EXPECT_EQ(by_records.fraction(), 0.25);
  by_records.next();
  EXPECT_EQ(by_records.fraction(), 0.5);
}

TEST(DocumentReader, StopsWhenAsked) {
  const fake::TemporaryDirectory directory;
  DocumentReader reader(reading({directory.write("f.jsonl", kMixed)}));
  const base::StopSignal stop;
  EXPECT_TRUE(reader.next());
  std::raise(SIGUSR1);
  EXPECT_THROW(reader.next(), base::Interrupted);
}

TEST(DocumentReader, AnEmptyFileHasNoRecords) {
  const fake::TemporaryDirectory directory;
  EXPECT_THAT(all(reading({directory.write("empty.jsonl", "")})), testing::IsEmpty());
}

}  // namespace
}  // namespace toolformer::record
