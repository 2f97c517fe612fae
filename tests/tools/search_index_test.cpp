// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/search_index.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "fake/temporary_directory.h"
#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"

namespace toolformer::tools {
namespace {

class SearchIndexTest : public testing::Test {
 protected:
  void write(const std::string& name, int pages) const {
    SearchIndexWriter writer(directory_ / name);
    for (int i = 0; i < pages; ++i)
      writer.add(fmt::format("Page {}", i), fmt::format("Some text, number {}", i * 7));
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
  EXPECT_THROW(SearchIndexWriter(directory_ / "missing" / "a.idx"), base::IoError);
}

}  // namespace
}  // namespace toolformer::tools
