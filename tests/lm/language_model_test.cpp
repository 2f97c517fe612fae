// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/language_model.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <deque>

#include "fake/byte_tokenizer.h"

namespace toolformer::lm {
namespace {

class NoModel : public LanguageModel {
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

 private:
  fake::ByteTokenizer tokenizer_;
};

/// Answers three requests at a time, the last of them first.
class Backwards : public NoModel {
 public:
  std::unique_ptr<Sampler> sampler() override { return std::make_unique<Threes>(); }

 private:
  class Threes : public Sampler {
   public:
    bool has_room() const override { return waiting_.size() < 3; }
    bool empty() const override { return waiting_.empty(); }
    void add(std::size_t key, SampleRequest request) override {
      waiting_.push_back({key, {.tokens = std::move(request.forced_tokens)}});
    }
    std::vector<Ended> step() override {
      std::vector<Ended> ended;
      for (std::size_t i = std::min<std::size_t>(3, waiting_.size()); i-- > 0;)
        ended.push_back(std::move(waiting_[i]));
      waiting_.erase(waiting_.begin(),
                     waiting_.begin() + static_cast<std::ptrdiff_t>(ended.size()));
      return ended;
    }

   private:
    std::deque<Ended> waiting_;
  };
};

/// Answers what was forced.
class Echo : public NoModel {
 public:
  Sampled sample_one(const SampleRequest& request) override {
    return {.tokens = request.forced_tokens};
  }
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
  EXPECT_EQ(model.sample_one(requests[2]).tokens, requests[2].forced_tokens);
}

TEST(LanguageModel, WithoutASamplerAnswersOneRequestAStep) {
  Echo model;
  const auto owned = model.sampler();
  Sampler& sampler = *owned;
  EXPECT_TRUE(sampler.has_room());
  EXPECT_TRUE(sampler.step().empty());
  for (const std::size_t key : {7U, 3U}) {
    SampleRequest request;
    request.forced_tokens = {static_cast<TokenId>(key)};
    sampler.add(key, std::move(request));
  }
  EXPECT_FALSE(sampler.has_room());
  for (const std::size_t key : {7U, 3U}) {
    EXPECT_FALSE(sampler.empty());
    const auto ended = sampler.step();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].first, key);
    EXPECT_THAT(ended[0].second.tokens, testing::ElementsAre(key));
  }
  EXPECT_TRUE(sampler.empty());
}

TEST(WorkCounters, CountsSinceAnEarlierReading) {
  const WorkCounters before{10, 20, 30}, now{11, 22, 33};
  EXPECT_THAT(now.since(before), testing::ElementsAre(testing::Pair("work.head_rows", 3),
                                                      testing::Pair("work.tokens_forwarded", 1),
                                                      testing::Pair("work.tokens_reused", 2)));
}

}  // namespace
}  // namespace toolformer::lm
