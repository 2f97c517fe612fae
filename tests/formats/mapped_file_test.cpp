// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/mapped_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::formats {
namespace {

TEST(MappedFile, GivesTheBytesOfTheFile) {
  const fake::TemporaryDirectory directory;
  std::ofstream(directory.path() / "a") << "abc";
  MappedFile file(directory.path() / "a");
  ASSERT_EQ(file.bytes().size(), 3u);
  EXPECT_EQ(file.bytes()[1], std::byte{'b'});
  const MappedFile moved = std::move(file);
  EXPECT_EQ(moved.bytes()[2], std::byte{'c'});
  EXPECT_TRUE(file.bytes().empty());
  moved.check_size();
  std::ofstream(directory.path() / "a", std::ios::app) << "d";
  EXPECT_THROW(moved.check_size(), base::DataError);
}

TEST(MappedFile, TakesAnEmptyFileAndRefusesOtherThings) {
  const fake::TemporaryDirectory directory;
  std::ofstream(directory.path() / "empty").close();
  EXPECT_TRUE(MappedFile(directory.path() / "empty").bytes().empty());
  EXPECT_THROW(MappedFile(directory.path()), base::IoError);
  EXPECT_THROW(MappedFile(directory.path() / "absent"), base::IoError);
  EXPECT_THROW(MappedFile("/dev/null"), base::IoError);
}

}  // namespace
}  // namespace toolformer::formats
