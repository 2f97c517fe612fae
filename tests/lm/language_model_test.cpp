// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/language_model.h"

#include <gmock/gmock.h>

#include "fake/byte_tokenizer.h"

namespace toolformer::lm {
namespace {

/// Answers three requests at a time, the last of them first.
class Backwards : public LanguageModel {
 public:
  const text::Tokenizer& tokenizer() const override { return tokenizer_; }
  std::size_t vocab_size() const override { return 0; }
  std::size_t context_length() const override { return 0; }
  std::string fingerprint() const override { return ""; }
  WorkCounters counters() const override { return {}; }
  Prefix extend(const Prefix&, std::span<const TokenId>) override { return {}; }
  Prefill prefill(const Prefix&, std::span<const TokenId>, std::optional<TokenId>) override {
    return {};
  }
  std::vector<std::vector<float>> score(std::span<const ScoreRequest>) override { return {}; }
  void sample_each(const NextRequest& next, const OnSampled& sampled) override {
    std::size_t begin = 0;
    for (;;) {
      std::vector<SampleRequest> some;
      while (some.size() < 3) {
        auto request = next();
        if (!request) break;
        some.push_back(std::move(*request));
      }
      if (some.empty()) return;
      for (std::size_t i = some.size(); i-- > 0;)
        sampled(begin + i, {.tokens = some[i].forced_tokens});
      begin += some.size();
    }
  }

 private:
  fake::ByteTokenizer tokenizer_;
};

TEST(LanguageModel, SamplesComeInTheOrderOfTheirRequests) {
  std::vector<SampleRequest> requests(7);
  for (std::size_t i = 0; i < requests.size(); ++i)
    requests[i].forced_tokens = {static_cast<TokenId>(i), 9};
  Backwards model;
  const std::vector<Sampled> results = model.sample(requests);
  ASSERT_EQ(results.size(), requests.size());
  for (std::size_t i = 0; i < results.size(); ++i)
    EXPECT_EQ(results[i].tokens, requests[i].forced_tokens);
}

TEST(WorkCounters, CountsSinceAnEarlierReading) {
  const WorkCounters before{10, 20, 30}, now{11, 22, 33};
  EXPECT_THAT(now.since(before), testing::ElementsAre(testing::Pair("work.head_rows", 3),
                                                      testing::Pair("work.tokens_forwarded", 1),
                                                      testing::Pair("work.tokens_reused", 2)));
}

}  // namespace
}  // namespace toolformer::lm
