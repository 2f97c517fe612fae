// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/sha256.h"

#include <gtest/gtest.h>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::base {
namespace {

// FIPS 180-2, appendix B.
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(sha256("abc"), kAbc);
  EXPECT_EQ(sha256(""), kEmpty);
}

TEST(Sha256, TakesPiecesAndShowsTheStateSoFar) {
  Sha256 hash;
  EXPECT_EQ(hash.hex(), kEmpty);
  hash.update("a");
  hash.update("bc");
  EXPECT_EQ(hash.hex(), kAbc);
}

TEST(Sha256, OfFiles) {
  const fake::TemporaryDirectory directory;
  EXPECT_EQ(sha256_of_file(directory.write("f", "abc")), kAbc);
  EXPECT_THROW(sha256_of_file(directory / "none"), IoError);
}

}  // namespace
}  // namespace toolformer::base
