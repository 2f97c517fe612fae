// SPDX-License-Identifier: Apache-2.0
// The two real models, from their GGUF files, against what transformers computed
// (make_real_goldens.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fake/test_files.h"
#include "toolformer/formats/strict_json.h"
#include "toolformer/model/weights/checkpoint.h"

namespace toolformer {
namespace {

class RealModel : public testing::TestWithParam<std::string> {};

/// Log-probabilities of the next token at every position but the last. ids [N] -> [N - 1, vocab]
torch::Tensor next_token_logprobs(const model::Transformer& transformer, const torch::Tensor& ids) {
  const std::int64_t count = ids.size(0);
  model::PackedAttention attention({count});
  const torch::Tensor hidden =
      transformer.forward(ids, torch::arange(count, torch::kInt64), attention);
  return torch::log_softmax(transformer.logits(hidden.narrow(0, 0, count - 1)), -1);
}

TEST_P(RealModel, LogProbabilitiesAndGreedyTokensAreThoseOfTransformers) {
  const auto path = fake::model_file(GetParam() + ".gguf");
  if (!path) GTEST_SKIP() << "TOOLFORMER_MODELS names no directory with " << GetParam() << ".gguf";
  const torch::InferenceMode inference;
  const model::Transformer transformer = model::load_transformer(*path, {});
  const nlohmann::json golden = formats::read_strict_json(
      std::filesystem::path(TOOLFORMER_SOURCE_DIR) / "tests/parity/real" / (GetParam() + ".json"));
  ASSERT_EQ(golden.size(), 20U);
  double largest = 0;
  for (const nlohmann::json& text : golden) {
    auto ids = text["ids"].get<std::vector<std::int64_t>>();
    const auto given = text["logprobs"].get<std::vector<double>>();
    const auto greedy = text["continuation"].get<std::vector<std::int64_t>>();
    const std::size_t prompt = ids.size();
    ids.insert(ids.end(), greedy.begin(), greedy.end());
    const torch::Tensor logprobs =
        next_token_logprobs(transformer, torch::tensor(ids, torch::kInt64));
    for (std::size_t i = 0; i + 1 < prompt; ++i) {
      const auto got = logprobs[static_cast<std::int64_t>(i)][ids[i + 1]].item<double>();
      EXPECT_NEAR(got, given[i], 1e-3) << text["ids"];
      largest = std::max(largest, std::abs(got - given[i]));
    }
    // One pass over prompt and continuation decides every greedy step, each given those before it.
    const torch::Tensor likeliest = logprobs.argmax(-1);
    for (std::size_t i = prompt - 1; i + 1 < ids.size(); ++i)
      EXPECT_EQ(likeliest[static_cast<std::int64_t>(i)].item<std::int64_t>(), ids[i + 1])
          << text["ids"];
  }
  RecordProperty("largest_difference", std::to_string(largest));
}

INSTANTIATE_TEST_SUITE_P(Parity, RealModel, testing::Values("gemma3-270m", "smollm2-135m-instruct"),
                         [](const testing::TestParamInfo<std::string>& test) {
                           return test.param.substr(0, test.param.find_first_of("23"));
                         });

}  // namespace
}  // namespace toolformer
