// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/compress.h"

#include <gtest/gtest.h>

namespace toolformer::record {
namespace {

TEST(CompressBlock, HasTheMagicOfItsFormatAndNoTime) {
  const std::string gzip = compress_block("text", Compression::kGzip);
  EXPECT_TRUE(gzip.starts_with("\x1f\x8b"));
  EXPECT_EQ(gzip.substr(3, 5), std::string(5, '\0')) << "no name, no time: the same bytes tomorrow";
  EXPECT_TRUE(compress_block("text", Compression::kZstd).starts_with("\x28\xb5\x2f\xfd"));
  EXPECT_EQ(compress_block("text", Compression::kNone), "text");
}

TEST(CompressBlock, MakesTextSmaller) {
  const std::string text(10000, 'a');
  for (const Compression compression : {Compression::kGzip, Compression::kZstd}) {
    EXPECT_LT(compress_block(text, compression).size(), 200U);
    EXPECT_FALSE(compress_block("", compression).empty());
  }
}

}  // namespace
}  // namespace toolformer::record
