// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/micro_batch.h"

#include <gmock/gmock.h>

namespace toolformer::finetune {
namespace {

using testing::ElementsAre;

std::vector<std::int64_t> values(const torch::Tensor& tensor) {
  const auto* data = tensor.const_data_ptr<std::int64_t>();
  return {data, data + tensor.numel()};
}

const calls::LabelledTokens kFirst{
    {10, 11, 12}, {calls::TokenRole::kText, calls::TokenRole::kCall, calls::TokenRole::kResult}};
const calls::LabelledTokens kSecond{{20, 21}, {calls::TokenRole::kText, calls::TokenRole::kText}};

TEST(MicroBatch, PositionsRestartAndTargetsStayInsideTheirDocument) {
  const std::vector<const calls::LabelledTokens*> examples{&kFirst, &kSecond};
  const MicroBatch batch = make_micro_batch(examples, true, torch::kCPU);
  EXPECT_THAT(values(batch.ids), ElementsAre(10, 11, 12, 20, 21));
  EXPECT_THAT(values(batch.positions), ElementsAre(0, 1, 2, 0, 1));
  EXPECT_THAT(batch.lengths, ElementsAre(3, 2));
  EXPECT_THAT(values(batch.rows), ElementsAre(0, 1, 3));
  EXPECT_THAT(values(batch.targets), ElementsAre(11, 12, 21));
  EXPECT_THAT(batch.roles, ElementsAre(calls::TokenRole::kCall, calls::TokenRole::kResult,
                                       calls::TokenRole::kText));
}

TEST(MicroBatch, ResultsCanBeLeftOutOfTheLossNotOutOfTheInput) {
  const std::vector<const calls::LabelledTokens*> examples{&kFirst, &kSecond};
  const MicroBatch batch = make_micro_batch(examples, false, torch::kCPU);
  EXPECT_EQ(batch.ids.numel(), 5);
  EXPECT_THAT(values(batch.rows), ElementsAre(0, 3));
  EXPECT_THAT(values(batch.targets), ElementsAre(11, 21));
}

TEST(MicroBatch, OneTokenPredictsNothing) {
  const calls::LabelledTokens one{{5}, {calls::TokenRole::kText}};
  const std::vector<const calls::LabelledTokens*> examples{&one};
  const MicroBatch batch = make_micro_batch(examples, true, torch::kCPU);
  EXPECT_EQ(batch.rows.numel(), 0);
  EXPECT_THAT(batch.lengths, ElementsAre(1));
}

}  // namespace
}  // namespace toolformer::finetune
