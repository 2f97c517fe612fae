// SPDX-License-Identifier: Apache-2.0
// The model with stored keys and values against the one that recomputes everything, on random
// models of every attention shape.
#include "toolformer/model/engine/torch_language_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "fake/byte_tokenizer.h"
#include "model/random_model.h"
#include "toolformer/base/error.h"
#include "toolformer/model/cpu/packed_matrix.h"
#include "toolformer/model/engine/plain_language_model.h"

namespace toolformer::model {
namespace {

class LanguageModel : public testing::TestWithParam<Shape> {
 protected:
  void SetUp() override {
    cached_ = make({.sequences = 5, .score_tokens = 40, .lm_head_rows = 7});
    plain_ = std::make_unique<PlainLanguageModel>(random_transformer(random_config(GetParam())),
                                                  std::make_unique<fake::ByteTokenizer>(), "x");
  }
  static std::unique_ptr<TorchLanguageModel> make(const EngineSettings& settings,
                                                  torch::Dtype dtype = torch::kFloat32) {
    return std::make_unique<TorchLanguageModel>(
        random_transformer(random_config(GetParam()), torch::kCPU, dtype),
        std::make_unique<fake::ByteTokenizer>(), "x", settings);
  }
  /// Long enough to stay a segment of its own behind which documents are prefilled.
  std::vector<lm::TokenId> demonstrations() const {
    std::string text;
    while (text.size() < 150) text += "The sky is blue. 12 + 7 = [C(12 + 7)] 19. ";
    return ids(text);
  }
  std::vector<lm::TokenId> ids(std::string_view text) const {
    return cached_->tokenizer().ids(text);
  }

  std::unique_ptr<lm::LanguageModel> cached_, plain_;
};

void expect_close(const std::vector<float>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(b[i])) {
      EXPECT_TRUE(std::isnan(a[i])) << i;
    } else {
      EXPECT_NEAR(a[i], b[i], 2e-5) << i;
    }
  }
}

TEST_P(LanguageModel, ReadsLikeThePlainModel) {
  const auto demos = demonstrations();
  const auto text = ids("Of the 320 lamps, 48 failed.");
  for (const bool primed : {false, true}) {
    const auto a = primed ? cached_->extend({}, demos) : lm::Prefix{};
    const auto b = primed ? plain_->extend({}, demos) : lm::Prefix{};
    const auto fast = cached_->prefill(a, text, '[');
    const auto slow = plain_->prefill(b, text, '[');
    EXPECT_EQ(fast.end.length, slow.end.length);
    EXPECT_EQ(fast.probe_logprobs.size(), text.size() + 1);
    expect_close(fast.token_logprobs, slow.token_logprobs);
    expect_close(fast.probe_logprobs, slow.probe_logprobs);
    EXPECT_EQ(std::isnan(fast.probe_logprobs[0]), !primed);
  }
}

TEST_P(LanguageModel, ReadsInPiecesAsAtOnce) {
  const auto text = ids("Of the 320 lamps, 48 failed.");
  const auto whole = cached_->prefill({}, text, std::nullopt);
  const std::span<const lm::TokenId> all = text;
  const auto first = cached_->prefill({}, all.first(9), std::nullopt);
  const auto second = cached_->prefill(first.end, all.subspan(9), std::nullopt);
  auto joined = first.token_logprobs;
  joined.insert(joined.end(), second.token_logprobs.begin(), second.token_logprobs.end());
  expect_close(joined, whole.token_logprobs);
}

TEST_P(LanguageModel, ScoresBranchesLikeThePlainModel) {
  const auto text = ids("Of the 320 lamps, 48 failed. A longer tail follows.");
  const auto demos = demonstrations();
  const auto fast_prefix = cached_->extend(cached_->extend({}, demos), text);
  const auto slow_prefix = plain_->extend(plain_->extend({}, demos), text);
  std::vector<lm::ScoreRequest> fast, slow;
  const std::vector<std::string> branches = {" [Calculator(1)]", "x",
                                             " [Calculator(48 / 320) -> 0.15] and so"};
  for (std::size_t i = 0; i < 14; ++i) {
    const auto branch = ids(branches[i % branches.size()]);
    const std::size_t length = (i < 3 ? 1 : demos.size() - 9) + i * 3,
                      first = i % 2 == 0 ? 0 : std::min<std::size_t>(branch.size() - 1, 4);
    fast.push_back({{fast_prefix.cache, length}, branch, first});
    slow.push_back({{slow_prefix.cache, length}, branch, first});
  }
  fast.push_back({{}, text, 1});  // a request of its own between those that share a prefix
  slow.push_back({{}, text, 1});
  const auto a = cached_->score(fast), b = plain_->score(slow);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) expect_close(a[i], b[i]);
}

/// Calls before a text that is cut at several places, as the placement `prefix` scores them.
TEST_P(LanguageModel, ReadsWhatBeginsAnotherRequestOnce) {
  const auto call = ids("[C(1 + 2) -> 3] "), other = ids("[C(1 + 2)] ");
  const auto text = ids(
      "Of the 320 lamps, 48 failed in the first year, and of those that were left 20 in the next");
  for (const std::size_t before : {0, 1}) {
    const auto start = std::span(text).first(before);
    const auto model = make({.lm_head_rows = 7});
    const auto fast_prefix = model->extend({}, start), slow_prefix = plain_->extend({}, start);
    std::vector<lm::ScoreRequest> fast, slow;
    for (const std::size_t length : {text.size(), 61UL, 75UL, 61UL, 82UL, 30UL, 20UL}) {
      for (const auto& opening : {call, other}) {
        auto tokens = opening;
        tokens.insert(tokens.end(), text.begin(), text.begin() + length);
        fast.push_back({fast_prefix, tokens, tokens.size() - 5});
        slow.push_back({slow_prefix, tokens, tokens.size() - 5});
      }
    }
    const auto before_all = model->counters();
    const auto a = model->score(fast), b = plain_->score(slow);
    const auto work = model->counters().since(before_all);
    // The long ones in one pass over the longest, the short ones (29 tokens of the text) apart.
    const auto calls = call.size() + other.size();
    EXPECT_LE(work.at("work.tokens_forwarded"), calls + 2 * (text.size() - 1) + calls + 2 * 29);
    EXPECT_EQ(work.at("work.head_rows"), 2 * 6 * 5);  // one of the seven places comes twice
    for (std::size_t i = 0; i < a.size(); ++i) {
      expect_close(a[i], b[i]);
      EXPECT_EQ(model->score(std::span(&fast[i], 1)).front(), a[i]);
    }
  }
}

std::vector<lm::SampleRequest> sample_requests(const lm::Prefix& prefix,
                                               const std::vector<lm::TokenId>& head) {
  std::vector<lm::SampleRequest> requests;
  for (std::uint64_t i = 0; i < 12; ++i) {
    lm::SampleRequest request;
    request.prefix = {prefix.cache, prefix.length - 36 + 2 * i};
    if (i % 3 != 0) request.forced_tokens = head;
    request.sampling.temperature = i % 4 == 0 ? 0.0 : 0.7;
    if (i % 5 == 1) request.sampling.top_k = 20;
    if (i % 5 == 2) request.sampling.top_p = 0.8;
    if (i % 5 == 3) request.call = {.open = 'e', .top_k = 40};
    request.random = base::KeyedRandom(1, {std::string_view("doc"), i});
    request.max_tokens = 4 + i;
    if (i == 7)
      request.stop = [](std::span<const lm::TokenId> tokens) { return tokens.size() == 3; };
    request.keep_cache = i % 2 == 0;
    requests.push_back(std::move(request));
  }
  return requests;
}

TEST_P(LanguageModel, SamplesLikeThePlainModelAndGoesOn) {
  const auto text = ids("Of the 320 lamps, 48 failed. And more.");
  const auto demos = demonstrations();
  const auto fast = cached_->sample(
      sample_requests(cached_->extend(cached_->extend({}, demos), text), ids(" [Ca(")));
  const auto slow = plain_->sample(
      sample_requests(plain_->extend(plain_->extend({}, demos), text), ids(" [Ca(")));
  ASSERT_EQ(fast.size(), slow.size());
  for (std::size_t i = 0; i < fast.size(); ++i) {
    EXPECT_EQ(fast[i].tokens, slow[i].tokens) << i;
    EXPECT_EQ(fast[i].reason, slow[i].reason) << i;
    expect_close(fast[i].logprobs, slow[i].logprobs);
    EXPECT_EQ(fast[i].end.length, slow[i].end.length) << i;
    if (fast[i].end.length == 0) continue;
    const auto tail = ids(" 0.15] of");
    expect_close(cached_->prefill(fast[i].end, tail, std::nullopt).token_logprobs,
                 plain_->prefill(slow[i].end, tail, std::nullopt).token_logprobs);
  }
}

TEST_P(LanguageModel, ForbiddenOpenMarkerIsNeverChosen) {
  const auto prefix = cached_->extend({}, ids("abc"));
  for (const double temperature : {0.0, 3.0}) {
    lm::SampleRequest request;
    request.prefix = prefix;
    request.max_tokens = 40;
    request.sampling.temperature = temperature;
    const auto free = cached_->sample(std::span(&request, 1)).front().tokens;
    ASSERT_FALSE(free.empty());
    request.call = {.open = free.front(), .top_k = 0};
    const auto tokens = cached_->sample(std::span(&request, 1)).front().tokens;
    EXPECT_EQ(std::count(tokens.begin(), tokens.end(), free.front()), 0);
  }
}

TEST_P(LanguageModel, ComputesNoTokenTwice) {
  const auto text = ids("Of the 320 lamps, 48 failed. And more.");
  const auto prefix = cached_->extend({}, text);
  lm::SampleRequest request;
  request.prefix = prefix;
  request.forced_tokens = ids("[C(");
  request.max_tokens = 6;
  request.keep_cache = true;
  const auto before = cached_->counters().tokens_forwarded;
  const auto sampled = cached_->sample(std::span(&request, 1)).front();
  EXPECT_EQ(cached_->counters().tokens_forwarded - before,
            request.forced_tokens.size() + sampled.tokens.size());
  EXPECT_EQ(sampled.end.length, text.size() + request.forced_tokens.size() + sampled.tokens.size());
}

/// Samples under one prompt at places of two documents, several at each.
std::vector<lm::SampleRequest> samples_of(const std::vector<lm::Prefix>& documents,
                                          const std::vector<lm::TokenId>& head) {
  std::vector<lm::SampleRequest> requests;
  for (std::uint64_t i = 0; i < 24; ++i) {
    lm::SampleRequest request;
    const lm::Prefix& document = documents[i / 12 % documents.size()];
    request.prefix = {document.cache, document.length - 1 - i / 4};
    request.forced_tokens = head;
    request.random = base::KeyedRandom(1, {std::string_view("doc"), i});
    request.sampling.temperature = 0.5;
    request.max_tokens = 3 + i % 7;
    requests.push_back(std::move(request));
  }
  return requests;
}

TEST_P(LanguageModel, CompanyChangesNoBit) {
  const auto demos = cached_->extend({}, demonstrations());
  const std::vector<lm::Prefix> documents = {
      cached_->extend(demos, ids("Of the 320 lamps, 48 fail")),
      cached_->extend(demos, ids("A dozen eggs is 12, and"))};
  const auto requests = samples_of(documents, ids("[C("));
  const auto together = cached_->sample(requests);
  std::vector<lm::ScoreRequest> scores;
  for (std::size_t i = 0; i < requests.size(); i += 4) {  // a family at a time
    const auto alone = cached_->sample(std::span(requests).subspan(i, 4));
    for (std::size_t k = 0; k < 4; ++k) {
      EXPECT_EQ(alone[k].tokens, together[i + k].tokens);
      EXPECT_EQ(alone[k].logprobs, together[i + k].logprobs);
    }
    scores.push_back({requests[i].prefix, together[i].tokens, 0});
  }
  const auto all = cached_->score(scores);
  for (std::size_t i = 0; i < scores.size(); ++i)
    EXPECT_EQ(cached_->score(std::span(&scores[i], 1)).front(), all[i]);
}

/// Pools of 1 to 200 rows, at as many places under shared demonstrations.
TEST_P(LanguageModel, AnyNumberOfRowsSamplesLikeThePlainModel) {
  const auto text = ids("Of the 320 lamps, 48 failed. And more lamps followed, all of them.");
  const auto pool = make({.sequences = 200});
  const auto fast_prefix = pool->extend(pool->extend({}, demonstrations()), text);
  const auto slow_prefix = plain_->extend(plain_->extend({}, demonstrations()), text);
  std::vector<lm::SampleRequest> fast, slow;
  for (std::uint64_t i = 0; i < 200; ++i) {
    lm::SampleRequest request;
    request.forced_tokens = ids("[C(");
    request.random = base::KeyedRandom(2, {std::string_view("doc"), i});
    request.max_tokens = 2;
    request.prefix = {fast_prefix.cache, fast_prefix.length - i / 4};
    fast.push_back(request);
    request.prefix = {slow_prefix.cache, slow_prefix.length - i / 4};
    slow.push_back(request);
  }
  const auto expected = plain_->sample(slow);
  for (const std::size_t rows : {1, 2, 3, 17, 64, 200}) {
    const auto sampled = pool->sample(std::span(fast).first(rows));
    for (std::size_t i = 0; i < rows; ++i) {
      EXPECT_EQ(sampled[i].tokens, expected[i].tokens) << i << " of " << rows;
      expect_close(sampled[i].logprobs, expected[i].logprobs);
    }
  }
}

TEST_P(LanguageModel, WorkersShareOneModelAndChangeNoBit) {
  const auto model = make({.sequences = 5, .workers = 3});
  const auto demos = model->extend({}, demonstrations());
  const auto document = model->extend(demos, ids("Of the 320 lamps, 48 fail"));
  const auto requests = samples_of({document}, ids("[C("));
  const auto before = model->counters();
  const auto expected = model->sample(requests);
  const auto once = model->counters();
  constexpr std::size_t kPieces = 6, kSize = 4;  // families, as one document's would be
  std::vector<std::vector<lm::Sampled>> pieces(kPieces);
  std::vector<std::vector<float>> scores(kPieces);
  std::atomic<std::size_t> next = 0;
  model->each_worker([&] {
    for (auto i = next++; i < kPieces; i = next++) {
      pieces[i] = model->sample(std::span(requests).subspan(i * kSize, kSize));
      const lm::ScoreRequest request{requests[i * kSize].prefix, pieces[i].front().tokens, 0};
      scores[i] = model->score(std::span(&request, 1)).front();
    }
  });
  const auto twice = model->counters();
  std::uint64_t scored = 0;
  for (std::size_t i = 0; i < kPieces; ++i) {
    for (std::size_t k = 0; k < kSize; ++k) {
      EXPECT_EQ(pieces[i][k].tokens, expected[i * kSize + k].tokens);
      EXPECT_EQ(pieces[i][k].logprobs, expected[i * kSize + k].logprobs);
    }
    scored += scores[i].size();
  }
  EXPECT_GE(twice.lm_head_rows - once.lm_head_rows,
            once.lm_head_rows - before.lm_head_rows + scored);
}

TEST_P(LanguageModel, EightBitSamplesLeaveScoresAlone) {
  if (!can_pack_int8(torch::empty({1, 1}))) GTEST_SKIP() << "no exact products of eight bits here";
  const auto model = make({.sequences = 5, .sample_weights = SampleWeights::kInt8});
  const auto text = ids("Of the 320 lamps, 48 failed.");
  const auto prefill = model->prefill({}, text, '['), exact = cached_->prefill({}, text, '[');
  EXPECT_EQ(prefill.probe_logprobs.size(), exact.probe_logprobs.size());
  for (std::size_t i = 1; i < text.size(); ++i) {
    EXPECT_EQ(prefill.token_logprobs[i], exact.token_logprobs[i]);
    EXPECT_EQ(prefill.probe_logprobs[i], exact.probe_logprobs[i]);
  }
  const auto together = model->sample(samples_of({prefill.end}, ids("[C(")));
  const auto full = cached_->sample(samples_of({exact.end}, ids("[C(")));
  std::size_t same = 0, tokens = 0, different = 0;
  std::vector<lm::Sampled> families;  // those of one place at a time
  for (std::size_t i = 0; i < together.size(); i += 4) {
    const auto requests = samples_of({prefill.end}, ids("[C("));
    const auto family = model->sample(std::span(requests).subspan(i, 4));
    families.insert(families.end(), family.begin(), family.end());
  }
  for (std::size_t i = 0; i < together.size(); ++i) {
    const auto& alone = families[i];
    EXPECT_EQ(alone.tokens, together[i].tokens);  // no bit depends on the company
    EXPECT_EQ(alone.logprobs, together[i].logprobs);
    tokens += full[i].tokens.size();
    for (std::size_t t = 0; t < std::min(full[i].tokens.size(), alone.tokens.size()); ++t) {
      if (alone.tokens[t] != full[i].tokens[t]) break;
      ++same;
      EXPECT_NEAR(alone.logprobs[t], full[i].logprobs[t], 0.5);
      different += alone.logprobs[t] != full[i].logprobs[t] ? 1 : 0;
    }
  }
  EXPECT_GT(same, tokens / 5);  // one other draw, and all that follow are others
  EXPECT_GT(different, 0U) << "was it computed with eight bits?";
}

TEST_P(LanguageModel, HalfPrecisionIsCloseToFloat32) {
  const auto text = ids("Of the 320 lamps, 48 failed. A longer tail follows.");
  const auto head = ids("[C(");
  for (const auto dtype : {torch::kBFloat16, torch::kFloat16}) {
    const auto model = make({.sequences = 5}, dtype);
    const double tolerance = dtype == torch::kBFloat16 ? 0.6 : 0.08;
    const auto prefix = model->extend({}, demonstrations());
    const auto prefill = model->prefill(prefix, text, '[');
    const auto exact = cached_->prefill(cached_->extend({}, demonstrations()), text, '[');
    for (std::size_t i = 0; i < text.size(); ++i)
      EXPECT_NEAR(prefill.token_logprobs[i], exact.token_logprobs[i], tolerance) << i;
    for (const auto& request : samples_of({prefill.end}, head)) {
      const auto sampled = model->sample(std::span(&request, 1)).front();
      lm::ScoreRequest again{request.prefix, head, head.size()};
      again.tokens.insert(again.tokens.end(), sampled.tokens.begin(), sampled.tokens.end());
      const auto scores = model->score(std::span(&again, 1)).front();
      for (std::size_t t = 0; t < scores.size(); ++t)
        EXPECT_NEAR(scores[t], sampled.logprobs[t], tolerance);
    }
  }
}

TEST_P(LanguageModel, ForwardsEveryDistinctTokenOnce) {
  const auto document = cached_->extend({}, ids("Of the 320 lamps, 48 failed. And more."));
  const auto requests = samples_of({document}, ids("[C("));
  const auto before = cached_->counters();
  const auto sampled = cached_->sample(requests);
  std::set<std::pair<std::size_t, std::vector<lm::TokenId>>> nodes;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    auto path = requests[i].forced_tokens;
    for (std::size_t t = 1; t <= path.size(); ++t)
      nodes.insert({requests[i].prefix.length, {path.begin(), path.begin() + t}});
    // The last token is not read when nothing is sampled behind it.
    const std::size_t unread = sampled[i].reason == lm::Sampled::Reason::kEnd ? 0 : 1;
    for (std::size_t t = 0; t + unread < sampled[i].tokens.size(); ++t) {
      path.push_back(sampled[i].tokens[t]);
      nodes.insert({requests[i].prefix.length, path});
    }
  }
  EXPECT_EQ(cached_->counters().tokens_forwarded - before.tokens_forwarded, nodes.size());
}

TEST_P(LanguageModel, TokensInTheCacheAreScoredForNothing) {
  const auto text = ids("Of the 320 lamps, 48 failed. And more.");
  const auto document = cached_->extend(cached_->extend({}, demonstrations()), text);
  const std::size_t place = document.length - 20;
  const std::span<const lm::TokenId> window = std::span(text).last(20).first(8);
  const lm::ScoreRequest request{{document.cache, place}, {window.begin(), window.end()}, 0};
  const auto before = cached_->counters();
  const auto scored = cached_->score(std::span(&request, 1)).front();
  EXPECT_EQ(cached_->counters().tokens_forwarded, before.tokens_forwarded);
  EXPECT_EQ(cached_->counters().lm_head_rows - before.lm_head_rows, window.size());
  const auto slow = plain_->extend(plain_->extend({}, demonstrations()), text);
  expect_close(scored, plain_->prefill({slow.cache, place}, window, std::nullopt).token_logprobs);
}

TEST_P(LanguageModel, RequestsMayComeWhileOthersAreUnderWay) {
  const auto text = ids("Of the 320 lamps, 48 failed.");
  lm::SampleRequest request;
  request.prefix = cached_->extend({}, text);
  request.max_tokens = 5;
  request.keep_cache = true;
  std::vector<lm::Sampled> answers;
  const auto before = cached_->counters().tokens_forwarded;
  const auto sampler = cached_->sampler();
  sampler->add(0, request);
  while (!sampler->empty()) {
    for (auto& [key, sampled] : sampler->step()) {
      EXPECT_EQ(key, answers.size());
      answers.push_back(std::move(sampled));
      // What led to an answer is counted by the time it is handed over.
      EXPECT_GE(cached_->counters().tokens_forwarded - before, 5 * answers.size());
      request.prefix = answers.back().end;
      if (answers.size() < 4) sampler->add(answers.size(), request);
    }
  }
  ASSERT_EQ(answers.size(), 4U);
  EXPECT_EQ(answers.back().end.length, text.size() + 20);
}

TEST_P(LanguageModel, HasRoomForAsManyAsAreSampledTogether) {
  lm::SampleRequest request;
  request.prefix = cached_->extend({}, ids("Of the 320 lamps"));
  request.max_tokens = 2;
  const auto sampler = cached_->sampler();
  EXPECT_TRUE(sampler->empty());
  EXPECT_TRUE(sampler->step().empty());
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(sampler->has_room(), i < 5) << i;
    sampler->add(i, request);
  }
  std::vector<std::size_t> ended;
  while (!sampler->empty()) {
    for (const auto& [key, sampled] : sampler->step()) ended.push_back(key);
    if (ended.size() >= 5) EXPECT_TRUE(sampler->has_room());
  }
  std::sort(ended.begin(), ended.end());
  EXPECT_EQ(ended, (std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST_P(LanguageModel, RefusesWhatDoesNotFitTheContext) {
  const std::vector<lm::TokenId> text(321, 'a');
  EXPECT_THROW(cached_->extend({}, text), base::DataError);
  lm::SampleRequest request;
  request.prefix = cached_->extend({}, std::span(text).first(318));
  request.max_tokens = 10;
  EXPECT_LE(cached_->sample(std::span(&request, 1)).front().tokens.size(), 2u);
}

INSTANTIATE_TEST_SUITE_P(Shapes, LanguageModel,
                         testing::Values(Shape{"mha", 4, 4, 8, 0}, Shape{"gqa", 6, 2, 32, 0},
                                         Shape{"mqa", 4, 1, 64, 0}, Shape{"windowed", 4, 2, 16, 7},
                                         Shape{"wide", 2, 1, 128, 0},
                                         Shape{"gemma", 4, 1, 256, 12}),
                         [](const auto& shape) { return shape.param.name; });

}  // namespace
}  // namespace toolformer::model
