// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/file.h"

#include <gmock/gmock.h>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::base {
namespace {

using fake::read_bytes;

TEST(File, AppendsTruncatesAndReads) {
  const fake::TemporaryDirectory directory;
  const std::string path = directory.write("f", "0123456789");
  File file = File::open_or_create(path);
  EXPECT_EQ(file.size(), 10U);
  file.truncate(4);
  file.seek(4);
  file.append("x");
  file.sync();
  EXPECT_EQ(read_bytes(path), "0123x");
  file.seek(1);
  char bytes[8];
  EXPECT_EQ(file.read(bytes, 3), 3U);
  EXPECT_EQ(std::string(bytes, 3), "123");
}

TEST(File, ErrorsNameTheFile) {
  const fake::TemporaryDirectory directory;
  try {
    File::open_or_create(directory / "no/such/f");
    FAIL();
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("no/such/f: cannot open: No such file"));
  }
  directory.write("f", "");
  EXPECT_THROW(File::create_new(directory / "f"), IoError);
}

TEST(File, FullDiskIsAnErrorWithARemedy) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  File full = File::open_or_create("/dev/full");
  try {
    full.append("x");
    FAIL();
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("make room and run the same command again"));
  }
}

TEST(File, LockKeepsASecondHolderOut) {
  const fake::TemporaryDirectory directory;
  File first = File::open_or_create(directory / "f");
  File second = File::open_or_create(directory / "f");
  EXPECT_TRUE(first.try_lock());
  EXPECT_FALSE(second.try_lock());
  first.close();
  EXPECT_TRUE(second.try_lock());
}

TEST(File, KnowsWhetherItsPathStillNamesIt) {
  const fake::TemporaryDirectory directory;
  const File file = File::open_or_create(directory / "f");
  EXPECT_TRUE(file.is_at_path());
  rename_durably(directory / "f", directory / "g");
  EXPECT_FALSE(file.is_at_path());
  directory.write("f", "another");
  EXPECT_FALSE(file.is_at_path());
}

TEST(File, IsClaimedByOneWriterAtATime) {
  const fake::TemporaryDirectory directory;
  directory.write("f.tmp", "left by a killed writer");
  {
    File first = File::claim(directory / "f.tmp");
    EXPECT_EQ(first.size(), 0U);
    EXPECT_THROW(File::claim(directory / "f.tmp"), UsageError);
    rename_durably(directory / "f.tmp", directory / "f");
    EXPECT_NO_THROW(File::claim(directory / "f.tmp"));  // a new file
  }
  EXPECT_NO_THROW(File::claim(directory / "f"));
}

TEST(File, RemovingWhatIsNotThereIsFine) {
  const fake::TemporaryDirectory directory;
  EXPECT_NO_THROW(remove_if_exists(directory / "none"));
  EXPECT_THROW(sync_directory(directory / "none"), IoError);
}

}  // namespace
}  // namespace toolformer::base
