// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/shard_state.h"

#include <gmock/gmock.h>

#include "fake/refusal.h"
#include "toolformer/base/error.h"

namespace toolformer::record {
namespace {

ShardState example() {
  ShardState state;
  state.identity = {{"stage", "filter"}};
  state.records = {1234567890123, 0xFFFFFFFFU};
  state.rejects = {5, 7};
  state.blocks = 3;
  state.next_ordinal = 48;
  state.runs = 2;
  state.wall_seconds = 1.5;
  state.cpu_seconds = 0.25;
  state.counts.count("records.read", 48);
  return state;
}

TEST(ShardState, ReadsWhatItWrote) {
  const ShardState read = ShardState::from_json(example().to_json(), "x.state");
  EXPECT_EQ(read.to_json(), example().to_json());
  EXPECT_EQ(read.records.bytes, 1234567890123U);
  EXPECT_EQ(read.records.crc, 0xFFFFFFFFU);
  EXPECT_EQ(read.counts.get("records.read"), 48);
}

TEST(ShardState, NamesTheFileThatCannotBeRead) {
  const auto refusal = [](const std::string& text) {
    return fake::refusal<base::DataError>([&] { ShardState::from_json(text, "x.state"); });
  };
  const std::string good = example().to_json();
  EXPECT_EQ(refusal(good), "accepted");
  for (const std::string& bad :
       {std::string(), std::string("[]"), std::string("{}"), good.substr(0, good.size() / 2)}) {
    EXPECT_THAT(refusal(bad), testing::StartsWith("x.state: damaged"));
  }
  std::string newer = good;
  newer.replace(newer.find("\"format\": 2"), 11, "\"format\": 3");
  EXPECT_THAT(refusal(newer), testing::StartsWith("x.state: format 3, this program reads 2"));
}

// What is accepted must say the same: a flipped bit or a cut never leads to another state.
TEST(ShardState, NoFlippedBitAndNoCutIsBelieved) {
  const std::string good = example().to_json();
  const auto same_or_refused = [&](const std::string& text) {
    try {
      return ShardState::from_json(text, "x.state").to_json() == good;
    } catch (const base::DataError&) {
      return true;
    }
  };
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string flipped = good;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    ASSERT_TRUE(same_or_refused(flipped)) << "bit " << bit << ": " << flipped;
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    ASSERT_TRUE(same_or_refused(good.substr(0, size))) << "cut at " << size;
  }
}

}  // namespace
}  // namespace toolformer::record
