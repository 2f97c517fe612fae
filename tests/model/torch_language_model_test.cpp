// SPDX-License-Identifier: Apache-2.0
// The model with stored states against the one that recomputes everything, on random models of
// every attention shape.
#include "toolformer/model/torch_language_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "fake/byte_tokenizer.h"
#include "toolformer/base/error.h"
#include "toolformer/model/parameter_layout.h"
#include "toolformer/model/plain_language_model.h"

namespace toolformer::model {
namespace {

struct Shape {
  std::string name;
  std::int64_t heads, kv_heads, head_dim, window;
};

ModelConfig random_config(const Shape& shape) {
  ModelConfig config;
  config.architecture = "llama";
  config.vocab = 260;
  config.layers = 3;
  config.heads = shape.heads;
  config.kv_heads = shape.kv_heads;
  config.head_dim = shape.head_dim;
  config.hidden = 32;
  config.mlp = 64;
  config.context = 320;
  if (shape.window > 0) {
    config.sliding_window = shape.window;
    config.windowed = {true, false, true};
  }
  return config;
}

Transformer random_transformer(const ModelConfig& config) {
  torch::manual_seed(7);
  Parameters parameters;
  for (const auto& [name, shape] : parameter_shapes(config)) {
    const auto noise = torch::randn(shape) * (shape.size() < 2 ? 0.1 : 0.2);
    parameters[name] = name.find("norm") != std::string::npos ? noise + 1 : noise;
  }
  return Transformer(config, std::move(parameters));
}

class LanguageModel : public testing::TestWithParam<Shape> {
 protected:
  void SetUp() override {
    const auto config = random_config(GetParam());
    cached_ = std::make_unique<TorchLanguageModel>(
        random_transformer(config), std::make_unique<fake::ByteTokenizer>(), "x",
        BatchLimits{.rows = 5, .tokens = 40, .head_rows = 7});
    plain_ = std::make_unique<PlainLanguageModel>(random_transformer(config),
                                                  std::make_unique<fake::ByteTokenizer>(), "x");
  }
  /// Long enough to stay a state of its own behind which documents are read.
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
    const auto fast = cached_->read(a, text, '[');
    const auto slow = plain_->read(b, text, '[');
    EXPECT_EQ(fast.end.length, slow.end.length);
    EXPECT_EQ(fast.watch_logprobs.size(), text.size() + 1);
    expect_close(fast.token_logprobs, slow.token_logprobs);
    expect_close(fast.watch_logprobs, slow.watch_logprobs);
    EXPECT_EQ(std::isnan(fast.watch_logprobs[0]), !primed);
  }
}

TEST_P(LanguageModel, ReadsInPiecesAsAtOnce) {
  const auto text = ids("Of the 320 lamps, 48 failed.");
  const auto whole = cached_->read({}, text, std::nullopt);
  const std::span<const lm::TokenId> all = text;
  const auto first = cached_->read({}, all.first(9), std::nullopt);
  const auto second = cached_->read(first.end, all.subspan(9), std::nullopt);
  auto joined = first.token_logprobs;
  joined.insert(joined.end(), second.token_logprobs.begin(), second.token_logprobs.end());
  expect_close(joined, whole.token_logprobs);
}

TEST_P(LanguageModel, ScoresBranchesLikeThePlainModel) {
  const auto text = ids("Of the 320 lamps, 48 failed. A longer tail follows.");
  const auto demos = demonstrations();
  const auto fast_state = cached_->extend(cached_->extend({}, demos), text);
  const auto slow_state = plain_->extend(plain_->extend({}, demos), text);
  std::vector<lm::ScoreRequest> fast, slow;
  const std::vector<std::string> branches = {" [Calculator(1)]", "x",
                                             " [Calculator(48 / 320) -> 0.15] and so"};
  for (std::size_t i = 0; i < 14; ++i) {
    const auto branch = ids(branches[i % branches.size()]);
    const std::size_t length = (i < 3 ? 1 : demos.size() - 9) + i * 3,
                      first = i % 2 == 0 ? 0 : std::min<std::size_t>(branch.size() - 1, 4);
    fast.push_back({{fast_state.state, length}, branch, first});
    slow.push_back({{slow_state.state, length}, branch, first});
  }
  fast.push_back({{}, text, 1});  // a request of its own between those that share a state
  slow.push_back({{}, text, 1});
  const auto a = cached_->score(fast), b = plain_->score(slow);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) expect_close(a[i], b[i]);
}

std::vector<lm::SampleRequest> sample_requests(const lm::Prefix& state,
                                               const std::vector<lm::TokenId>& head) {
  std::vector<lm::SampleRequest> requests;
  for (std::uint64_t i = 0; i < 12; ++i) {
    lm::SampleRequest request;
    request.prefix = {state.state, state.length - 36 + 2 * i};
    if (i % 3 != 0) request.head = head;
    request.sampling.temperature = i % 4 == 0 ? 0.0 : 0.7;
    if (i % 5 == 1) request.sampling.top_k = 20;
    if (i % 5 == 2) request.sampling.top_p = 0.8;
    if (i % 5 == 3) request.call = {.open = 'e', .top_k = 40};
    request.random = base::KeyedRandom(1, {std::string_view("doc"), i});
    request.max_tokens = 4 + i;
    if (i == 7)
      request.stop = [](std::span<const lm::TokenId> tokens) { return tokens.size() == 3; };
    request.keep_state = i % 2 == 0;
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
    expect_close(cached_->read(fast[i].end, tail, std::nullopt).token_logprobs,
                 plain_->read(slow[i].end, tail, std::nullopt).token_logprobs);
  }
}

TEST_P(LanguageModel, ForbiddenOpenMarkerIsNeverChosen) {
  const auto state = cached_->extend({}, ids("abc"));
  for (const double temperature : {0.0, 3.0}) {
    lm::SampleRequest request;
    request.prefix = state;
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
  const auto state = cached_->extend({}, text);
  lm::SampleRequest request;
  request.prefix = state;
  request.head = ids("[C(");
  request.max_tokens = 6;
  request.keep_state = true;
  const auto before = cached_->ledger().tokens_forwarded;
  const auto sampled = cached_->sample(std::span(&request, 1)).front();
  EXPECT_EQ(cached_->ledger().tokens_forwarded - before,
            request.head.size() + sampled.tokens.size());
  EXPECT_EQ(sampled.end.length, text.size() + request.head.size() + sampled.tokens.size());
}

/// Samples under one prompt at places of two documents, several at each.
std::vector<lm::SampleRequest> samples_of(const std::vector<lm::Prefix>& documents,
                                          const std::vector<lm::TokenId>& head) {
  std::vector<lm::SampleRequest> requests;
  for (std::uint64_t i = 0; i < 24; ++i) {
    lm::SampleRequest request;
    const lm::Prefix& document = documents[i / 12 % documents.size()];
    request.prefix = {document.state, document.length - 1 - i / 4};
    request.head = head;
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

TEST_P(LanguageModel, ForwardsEveryDistinctTokenOnce) {
  const auto document = cached_->extend({}, ids("Of the 320 lamps, 48 failed. And more."));
  const auto requests = samples_of({document}, ids("[C("));
  const auto before = cached_->ledger();
  const auto sampled = cached_->sample(requests);
  std::set<std::pair<std::size_t, std::vector<lm::TokenId>>> nodes;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    auto path = requests[i].head;
    for (std::size_t t = 1; t <= path.size(); ++t)
      nodes.insert({requests[i].prefix.length, {path.begin(), path.begin() + t}});
    // The last token is not read when nothing is sampled behind it.
    const std::size_t unread = sampled[i].reason == lm::Sampled::Reason::kEnd ? 0 : 1;
    for (std::size_t t = 0; t + unread < sampled[i].tokens.size(); ++t) {
      path.push_back(sampled[i].tokens[t]);
      nodes.insert({requests[i].prefix.length, path});
    }
  }
  EXPECT_EQ(cached_->ledger().tokens_forwarded - before.tokens_forwarded, nodes.size());
}

TEST_P(LanguageModel, TokensOfTheStateAreScoredForNothing) {
  const auto text = ids("Of the 320 lamps, 48 failed. And more.");
  const auto document = cached_->extend(cached_->extend({}, demonstrations()), text);
  const std::size_t place = document.length - 20;
  const std::span<const lm::TokenId> window = std::span(text).last(20).first(8);
  const lm::ScoreRequest request{{document.state, place}, {window.begin(), window.end()}, 0};
  const auto before = cached_->ledger();
  const auto scored = cached_->score(std::span(&request, 1)).front();
  EXPECT_EQ(cached_->ledger().tokens_forwarded, before.tokens_forwarded);
  EXPECT_EQ(cached_->ledger().head_rows - before.head_rows, window.size());
  const auto slow = plain_->extend(plain_->extend({}, demonstrations()), text);
  expect_close(scored, plain_->read({slow.state, place}, window, std::nullopt).token_logprobs);
}

TEST_P(LanguageModel, RequestsMayComeWhileOthersAreUnderWay) {
  const auto text = ids("Of the 320 lamps, 48 failed.");
  lm::SampleRequest request;
  request.prefix = cached_->extend({}, text);
  request.max_tokens = 5;
  request.keep_state = true;
  std::vector<lm::Sampled> answers;
  std::optional<lm::SampleRequest> waiting = request;
  cached_->sample_each([&] { return std::exchange(waiting, std::nullopt); },
                       [&](std::size_t index, lm::Sampled sampled) {
                         EXPECT_EQ(index, answers.size());
                         answers.push_back(std::move(sampled));
                         request.prefix = answers.back().end;
                         if (answers.size() < 4) waiting = request;
                       });
  ASSERT_EQ(answers.size(), 4U);
  EXPECT_EQ(answers.back().end.length, text.size() + 20);
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
                                         Shape{"mqa", 4, 1, 64, 0}, Shape{"windowed", 4, 2, 16, 7}),
                         [](const auto& shape) { return shape.param.name; });

}  // namespace
}  // namespace toolformer::model
