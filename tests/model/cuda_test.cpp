// SPDX-License-Identifier: Apache-2.0
// The model with stored keys and values on a GPU against the plain one on the CPU. Skipped where
// there is none.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string_view>

#include "fake/byte_tokenizer.h"
#include "model/random_model.h"
#include "toolformer/model/engine/device_choice.h"
#include "toolformer/model/engine/plain_language_model.h"
#include "toolformer/model/engine/torch_language_model.h"

namespace toolformer::model {
namespace {

class OnTheGpu : public testing::TestWithParam<Shape> {
 protected:
  void SetUp() override {
    if (!torch::cuda::is_available()) GTEST_SKIP() << "there is no CUDA device";
    plain_ = std::make_unique<PlainLanguageModel>(random_transformer(random_config(GetParam())),
                                                  std::make_unique<fake::ByteTokenizer>(), "x");
  }
  static std::unique_ptr<TorchLanguageModel> make(torch::Dtype dtype) {
    return std::make_unique<TorchLanguageModel>(
        random_transformer(random_config(GetParam()), torch::kCUDA, dtype),
        std::make_unique<fake::ByteTokenizer>(), "x",
        EngineSettings{.sequences = 20, .score_tokens = 90});
  }
  std::vector<lm::TokenId> ids(std::string_view text) const {
    return plain_->tokenizer().ids(text);
  }
  lm::Prefix read_demonstrations(lm::LanguageModel& model) const {
    std::string text;
    while (text.size() < 150) text += "The sky is blue. 12 + 7 = [C(12 + 7)] 19. ";
    return model.extend({}, ids(text));
  }

  std::unique_ptr<lm::LanguageModel> plain_;
};

TEST_P(OnTheGpu, ReadsAndScoresLikeThePlainModel) {
  for (const auto dtype : {torch::kFloat32, torch::kBFloat16}) {
    const double tolerance = dtype == torch::kFloat32 ? 1e-4 : 0.6;
    const auto model = make(dtype);
    const auto text = ids("Of the 320 lamps, 48 failed. A longer tail follows.");
    const auto fast = model->prefill(read_demonstrations(*model), text, '[');
    const auto slow = plain_->prefill(read_demonstrations(*plain_), text, '[');
    for (std::size_t i = 0; i < text.size(); ++i) {
      EXPECT_NEAR(fast.token_logprobs[i], slow.token_logprobs[i], tolerance) << i;
      EXPECT_NEAR(fast.probe_logprobs[i], slow.probe_logprobs[i], tolerance) << i;
    }
    std::vector<lm::ScoreRequest> requests, plain_requests;
    for (std::size_t i = 0; i < 12; ++i) {
      const auto branch = ids(i % 2 == 0 ? " [C(48 / 320) -> 0.15] and" : "x");
      requests.push_back({{fast.end.cache, fast.end.length - 4 * i}, branch, i % 2});
      plain_requests.push_back({{slow.end.cache, slow.end.length - 4 * i}, branch, i % 2});
    }
    const auto a = model->score(requests), b = plain_->score(plain_requests);
    for (std::size_t i = 0; i < a.size(); ++i) {
      ASSERT_EQ(a[i].size(), b[i].size());
      for (std::size_t t = 0; t < a[i].size(); ++t) EXPECT_NEAR(a[i][t], b[i][t], tolerance);
    }
  }
}

TEST_P(OnTheGpu, SamplesLikeThePlainModel) {
  const auto model = make(torch::kFloat32);
  const auto fast = model->extend(read_demonstrations(*model), ids("Of the 320 lamps, 48 failed."));
  const auto slow =
      plain_->extend(read_demonstrations(*plain_), ids("Of the 320 lamps, 48 failed."));
  std::vector<lm::SampleRequest> requests, plain_requests;
  for (std::uint64_t i = 0; i < 40; ++i) {
    lm::SampleRequest request;
    request.forced_tokens = ids("[C(");
    request.random = base::KeyedRandom(1, {std::string_view("doc"), i});
    request.sampling.temperature = i % 3 == 0 ? 0.0 : 0.8;
    if (i % 5 == 1) request.sampling.top_k = 20;
    if (i % 5 == 2) request.sampling.top_p = 0.8;
    if (i % 5 == 3) request.call = {.open = 'e', .top_k = i % 2 * 40};
    request.max_tokens = 3 + i % 7;
    request.prefix = {fast.cache, fast.length - i / 4};
    requests.push_back(request);
    request.prefix = {slow.cache, slow.length - i / 4};
    plain_requests.push_back(request);
  }
  const auto a = model->sample(requests), b = plain_->sample(plain_requests);
  std::size_t same = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].tokens != b[i].tokens) continue;  // a draw at the edge of two ids
    ++same;
    for (std::size_t t = 0; t < a[i].logprobs.size(); ++t)
      EXPECT_NEAR(a[i].logprobs[t], b[i].logprobs[t], 1e-4);
  }
  EXPECT_GE(same, a.size() - 1);
}

INSTANTIATE_TEST_SUITE_P(Shapes, OnTheGpu,
                         testing::Values(Shape{"mha", 4, 4, 32, 0}, Shape{"gqa", 6, 2, 64, 0},
                                         Shape{"mqa", 4, 1, 128, 0}, Shape{"windowed", 4, 2, 32, 7},
                                         Shape{"gemma", 4, 1, 256, 12}),
                         [](const auto& shape) { return shape.param.name; });

}  // namespace
}  // namespace toolformer::model
