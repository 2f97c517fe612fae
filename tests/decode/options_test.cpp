// SPDX-License-Identifier: Apache-2.0
#include "toolformer/decode/options.h"

#include <gtest/gtest.h>

#include "fake/parse_options.h"
#include "toolformer/base/error.h"

namespace toolformer::decode {
namespace {

Options parse(const std::string& arguments) {
  return fake::parse_options<Options>(arguments);
}

TEST(DecodeOptions, TheModelDecidesByDefault) {
  const Options options = parse("");
  EXPECT_EQ(options.call_top_k, 1u);
  EXPECT_EQ(options.call_min_p, 0);
  EXPECT_EQ(options.call_min_ratio, 0);
  EXPECT_EQ(options.max_calls, 1u);
  EXPECT_EQ(options.sampling.temperature, 0);
}

TEST(DecodeOptions, FlagsArrive) {
  const Options options = parse(
      "--call-top-k 3 --call-min-p 0.2 --call-min-ratio 0.5 --call-branch 8 --max-calls 4 --top-p "
      "0.9 --top-k 7 "
      "--temperature 0.5 "
      "--max-new-tokens 9 --max-failed-calls 1 --max-call-tokens 20 "
      "--max-result-tokens 30 --stop END --markers token");
  EXPECT_EQ(options.call_top_k, 3u);
  EXPECT_EQ(options.call_min_p, 0.2);
  EXPECT_EQ(options.call_min_ratio, 0.5);
  EXPECT_EQ(options.call_branch, 8u);
  EXPECT_EQ(options.max_calls, 4u);
  EXPECT_EQ(options.sampling.top_p, 0.9);
  EXPECT_EQ(options.sampling.top_k, 7u);
  EXPECT_EQ(options.sampling.temperature, 0.5);
  EXPECT_EQ(options.max_new_tokens, 9u);
  EXPECT_EQ(options.max_failed_calls, 1u);
  EXPECT_EQ(options.max_call_tokens, 20u);
  EXPECT_EQ(options.max_result_tokens, 30u);
  EXPECT_EQ(options.stop, "END");
  EXPECT_EQ(options.markers, calls::MarkerChoice::kToken);
}

TEST(DecodeOptions, RefusesWhatMakesNoSense) {
  for (const char* arguments :
       {"--temperature -1", "--top-p 0", "--top-p 1.5", "--call-min-p 1.1", "--call-min-ratio -1",
        "--max-call-tokens 0", "--max-result-tokens 0", "--markers both"}) {
    EXPECT_THROW(parse(arguments), base::UsageError) << arguments;
  }
  for (const char* arguments :
       {"--temperature nan", "--max-new-tokens -1", "--max-new-tokens 99999999999999999999",
        "--max-new-tokens 1000001", "--call-top-k -1", "--max-calls -1", "--max-failed-calls -1",
        "--max-call-tokens -1", "--max-result-tokens 1000001"}) {
    EXPECT_THROW(parse(arguments), CLI::ValidationError) << arguments;
  }
}

}  // namespace
}  // namespace toolformer::decode
