// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/atomic_file.h"

#include <gtest/gtest.h>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::base {
namespace {

TEST(AtomicFile, ReplacesTheWholeFileAndLeavesNothingElse) {
  const fake::TemporaryDirectory directory;
  directory.write("f", "a longer text than the new one");
  write_file_atomically(directory / "f", "new");
  EXPECT_EQ(read_file(directory / "f"), "new");
  const auto begin = std::filesystem::directory_iterator(directory.path());
  EXPECT_EQ(std::distance(begin, std::filesystem::directory_iterator()), 1);
}

TEST(AtomicFile, KeepsTheOldFileWhenItFails) {
  const fake::TemporaryDirectory directory;
  std::filesystem::create_directories(directory.path() / "taken" / "inside");
  EXPECT_THROW(write_file_atomically(directory / "taken", "x"), IoError)
      << "a directory is in the way";
  const auto begin = std::filesystem::directory_iterator(directory.path());
  EXPECT_EQ(std::distance(begin, std::filesystem::directory_iterator()), 1)
      << "no temporary file stays";
}

TEST(AtomicFile, ReadingIsBounded) {
  const fake::TemporaryDirectory directory;
  EXPECT_EQ(read_file(directory.write("f", "12345"), 5), "12345");
  EXPECT_THROW(read_file(directory / "f", 4), IoError);
  EXPECT_THROW(read_file(directory / "none"), IoError);
}

}  // namespace
}  // namespace toolformer::base
