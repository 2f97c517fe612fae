// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/search_index.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "fake/temporary_directory.h"
#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/tools/builtin/wiki_search.h"
#include "toolformer/tools/contract/sqlite.h"

namespace toolformer::tools {
namespace {

class SearchIndexTest : public testing::Test {
 protected:
  static void add(SearchIndexWriter& writer, int page) {
    writer.add(fmt::format("Page {}", page), text(page));
  }
  static std::string text(int page) { return fmt::format("Some text, number {}", page * 7); }
  void write(const std::string& name, int pages) const {
    SearchIndexWriter writer(directory_ / name);
    for (int i = 0; i < pages; ++i) add(writer, i);
    EXPECT_EQ(writer.size(), static_cast<std::size_t>(pages));
    writer.finish();
  }
  fake::TemporaryDirectory temporary_;
  const std::filesystem::path directory_ = temporary_.path();
};

TEST_F(SearchIndexTest, EqualPagesGiveEqualBytes) {
  write("a.idx", 500);
  write("b.idx", 500);
  EXPECT_EQ(base::read_file(directory_ / "a.idx"), base::read_file(directory_ / "b.idx"));
}

TEST_F(SearchIndexTest, ExtendedInSeveralRunsItAnswersAsOneThatWasMadeAtOnce) {
  write("whole.idx", 500);
  const auto extend = [&](int from, int to, SearchIndexWriter::Start start) {
    SearchIndexWriter writer(directory_ / "grown.idx", start);
    EXPECT_EQ(writer.size(), static_cast<std::size_t>(from));
    for (int i = from; i < to; ++i) add(writer, i);
    writer.finish();
  };
  extend(0, 100, SearchIndexWriter::Start::kEmpty);
  const std::string first = WikiSearch(directory_ / "grown.idx").version();
  extend(100, 101, SearchIndexWriter::Start::kExtend);
  extend(101, 500, SearchIndexWriter::Start::kExtend);
  const WikiSearch whole(directory_ / "whole.idx");
  const WikiSearch grown(directory_ / "grown.idx");
  EXPECT_EQ(grown.version(), whole.version());
  EXPECT_NE(grown.version(), first);
  {
    SearchIndexWriter other(directory_ / "other.idx");
    for (int i = 1; i < 500; ++i) add(other, i);
    other.finish();
  }
  EXPECT_NE(WikiSearch(directory_ / "other.idx").version(), whole.version());
  for (const char* query : {"page 7", "text 3493", "number", "some page 499 350"}) {
    EXPECT_EQ(grown.best_pages(query, 500), whole.best_pages(query, 500)) << query;
    EXPECT_EQ(grown.call(query, {}).result, whole.call(query, {}).result) << query;
  }
}

TEST_F(SearchIndexTest, WhatIsExtendedStaysAsItIsUntilTheEnd) {
  write("a.idx", 20);
  const std::string before = base::read_file(directory_ / "a.idx");
  {
    SearchIndexWriter writer(directory_ / "a.idx", SearchIndexWriter::Start::kExtend);
    add(writer, 20);
  }
  EXPECT_EQ(base::read_file(directory_ / "a.idx"), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1);
}

TEST_F(SearchIndexTest, ExtendsNothingElse) {
  const auto start = SearchIndexWriter::Start::kExtend;
  EXPECT_THROW(SearchIndexWriter(directory_ / "missing.idx", start), base::IoError);
  base::write_file_atomically(directory_ / "text.idx", "no database at all, only text");
  EXPECT_THROW(SearchIndexWriter(directory_ / "text.idx", start), base::DataError);
  base::write_file_atomically(directory_ / "empty.idx", "");
  EXPECT_THROW(SearchIndexWriter(directory_ / "empty.idx", start), base::DataError);
  write("old.idx", 2);
  Database(directory_ / "old.idx", Database::Mode::kCreate)
      .execute("UPDATE meta SET value = '0' WHERE key = 'schema'");
  EXPECT_THROW(SearchIndexWriter(directory_ / "old.idx", start), base::DataError);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 3);
}

TEST_F(SearchIndexTest, HasItsNameOnlyWhenFinished) {
  const auto file = directory_ / "a.idx";
  {
    SearchIndexWriter writer(file);
    writer.add("T", "x");
    EXPECT_FALSE(std::filesystem::exists(file));
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory_));
  write("a.idx", 2);
  const std::string before = base::read_file(file);
  { SearchIndexWriter abandoned(file); }
  EXPECT_EQ(base::read_file(file), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1);
}

TEST_F(SearchIndexTest, ReplacesWhatACrashLeft) {
  base::write_file_atomically(directory_ / "a.idx.unfinished", "half a file");
  write("a.idx", 3);
  EXPECT_FALSE(std::filesystem::exists(directory_ / "a.idx.unfinished"));
}

TEST_F(SearchIndexTest, NamesAFileItCannotWrite) {
  base::write_file_atomically(directory_ / "file", "");
  EXPECT_THROW(SearchIndexWriter(directory_ / "file" / "a.idx"), base::IoError);
}

TEST_F(SearchIndexTest, MakesItsFolder) {
  write("new/folder/a.idx", 2);
  EXPECT_TRUE(std::filesystem::exists(directory_ / "new/folder/a.idx"));
}

TEST_F(SearchIndexTest, ASecondWriterIsRefusedAndLosesNothing) {
  SearchIndexWriter first(directory_ / "a.idx");
  first.add("Page", text(1));
  EXPECT_THROW(SearchIndexWriter(directory_ / "a.idx"), base::UsageError);
  first.add("Another", text(2));
  first.finish();
  EXPECT_EQ(SearchIndexWriter(directory_ / "a.idx", SearchIndexWriter::Start::kExtend).size(), 2U);
  EXPECT_TRUE(std::filesystem::exists(directory_ / "a.idx"));
}

TEST_F(SearchIndexTest, HoldsNoPageTwice) {
  write("a.idx", 20);
  const std::string once = WikiSearch(directory_ / "a.idx").version();
  {
    SearchIndexWriter writer(directory_ / "a.idx", SearchIndexWriter::Start::kExtend);
    for (int i = 0; i < 20; ++i) EXPECT_FALSE(writer.add(fmt::format("Page {}", i), text(i)));
    EXPECT_EQ(writer.size(), 20U);
    writer.finish();
  }
  EXPECT_EQ(WikiSearch(directory_ / "a.idx").version(), once);
  SearchIndexWriter writer(directory_ / "a.idx", SearchIndexWriter::Start::kExtend);
  EXPECT_TRUE(writer.add("Page 3", "Another text"));  // an edited page is another page
  EXPECT_FALSE(writer.add("Page 3", "Another text"));
  EXPECT_TRUE(writer.add("Another title", text(3)));
  EXPECT_TRUE(writer.add(text(3), "Another title"));  // parts in other places
  EXPECT_EQ(writer.size(), 23U);
}

}  // namespace
}  // namespace toolformer::tools
