// SPDX-License-Identifier: Apache-2.0
// Against the slow way: every context is one sequence from nothing, every probability is looked up
// on its own.
#include "toolformer/filter/score.h"

#include <gmock/gmock.h>

#include <cmath>

#include "fake/table_language_model.h"
#include "fake/temporary_directory.h"
#include "toolformer/calls/encode_call.h"
#include "toolformer/lm/prompted_document.h"

namespace toolformer::filter {
namespace {

using fake::TableLanguageModel;
using text::TokenId;

constexpr const char* kDemos = "A dozen is [Calculator(6 + 6) -> 12] 12.\n\n";
// Hostile on purpose: markers, a complete call and characters of several bytes are text.
const std::string kText = "é = [Calculator(1) -> 2] so \xF0\x9F\x98\x80 -> ] end";

std::unique_ptr<TableLanguageModel> make_model(std::size_t context_length = 4096,
                                               bool adds_bos = true) {
  TableLanguageModel::Settings settings;
  settings.context_length = context_length;
  return std::make_unique<TableLanguageModel>(
      std::make_unique<fake::TableTokenizer>(fake::call_pieces(), adds_bos), std::move(settings));
}

class ScoreTest : public ::testing::TestWithParam<Preset> {
 protected:
  ScoreTest() {
    directory_.write("calculator.demos.txt", kDemos);
    options_.prompts = directory_.path().string();
  }

  static record::Document document(const std::vector<std::size_t>& places) {
    record::Document result;
    result.id = "a";
    result.text = kText;
    for (const std::size_t at : places) {
      record::Call call{.tool = "Calculator", .at = at, .input = "1 + 1)]"};
      call.result = "2 ] x";
      result.calls.push_back(call);
    }
    return result;
  }

  void append(std::vector<TokenId>& sequence, const std::vector<TokenId>& more) const {
    sequence.insert(sequence.end(), more.begin(), more.end());
  }

  /// The loss of the window behind `at` with this call in its place (nullopt: no call).
  double slow_loss(const TableLanguageModel& model, std::size_t at,
                   const std::optional<std::vector<TokenId>>& call) const {
    const Criterion criterion = criteria_of(options_).of("Calculator");
    const text::Tokenizer& tokenizer = model.tokenizer();
    std::vector<TokenId> sequence = tokenizer.start();
    if (criterion.placement == Placement::kPrimed) append(sequence, tokenizer.ids(kDemos));
    if (criterion.placement == Placement::kPrefix && call) append(sequence, *call);
    const std::vector<double> weights = make_weights(criterion.weights, criterion.window);
    double loss = 0;
    std::size_t t = 0;
    for (const text::Token& token : tokenizer.encode(kText)) {
      if (token.begin == at && criterion.placement != Placement::kPrefix && call)
        append(sequence, *call);
      if (token.begin >= at && t < weights.size()) {
        loss -= weights[t++] * model.next_logprobs(sequence)[static_cast<std::size_t>(token.id)];
      }
      sequence.push_back(token.id);
    }
    return loss;
  }

  fake::TemporaryDirectory directory_;
  Options options_;
  record::Summary summary_;
};

TEST_P(ScoreTest, EqualsTheSlowWayAtEveryPlace) {
  const auto model = make_model();
  options_.preset = GetParam();
  std::vector<std::size_t> places;
  for (const text::Token& token : model->tokenizer().encode(kText)) {
    if ((static_cast<unsigned char>(kText[token.begin]) & 0xC0U) != 0x80U)
      places.push_back(token.begin);
  }
  ASSERT_EQ(places.front(),
            0U);  // the first place, and those whose window the end of the text cuts
  record::Document one = document(places);
  ASSERT_FALSE(Scorer(*model, options_).score(one, summary_));
  for (const record::Call& call : one.calls) {
    SCOPED_TRACE(call.at);
    ASSERT_TRUE(call.loss);
    const auto ids_with = [&](const std::string& result) {
      return calls::encode_call(model->tokenizer(), {}, {call.tool, call.input, result}).ids;
    };
    EXPECT_NEAR(call.loss->plain, slow_loss(*model, call.at, std::nullopt), 1e-4);
    EXPECT_NEAR(*call.loss->no_result, slow_loss(*model, call.at, ids_with("")), 1e-4);
    EXPECT_NEAR(call.loss->result, slow_loss(*model, call.at, ids_with(*call.result)), 1e-4);
    EXPECT_EQ(*call.delta, delta_of(criteria_of(options_).of("Calculator").baseline, call));
    EXPECT_GT(std::abs(call.loss->plain - call.loss->result), 1e-4);
  }
  EXPECT_EQ(one.text, kText);
}

TEST_P(ScoreTest, NeededLossesLeadToTheSameKeptCalls) {
  const auto model = make_model();
  options_.preset = GetParam();
  options_.baseline.all = Baseline::kMin;
  options_.gamma.all = 0.2;
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < kText.size(); ++at) places.push_back(at);
  record::Document all = document(places), needed = all;
  record::Summary less;
  ASSERT_FALSE(Scorer(*model, options_).score(all, summary_));
  options_.losses = MeasuredLosses::kNeeded;
  ASSERT_FALSE(Scorer(*model, options_).score(needed, less));
  const Criterion criterion = criteria_of(options_).of("Calculator");
  int measured = 0, left_out = 0;
  for (std::size_t i = 0; i < all.calls.size(); ++i) {
    SCOPED_TRACE(i);
    const record::Call &full = all.calls[i], &call = needed.calls[i];
    ASSERT_EQ(call.loss.has_value(), full.loss.has_value());
    if (!call.loss) continue;
    EXPECT_EQ(call.loss->plain, full.loss->plain);
    EXPECT_EQ(call.loss->result, full.loss->result);
    record::Losses first = *full.loss;
    first.no_result.reset();
    EXPECT_EQ(call.loss->no_result.has_value(), may_pass(criterion, first));
    if (call.loss->no_result) {
      ++measured;
      EXPECT_EQ(call.loss->no_result, full.loss->no_result);
      EXPECT_EQ(call.delta, full.delta);
    } else {
      ++left_out;
      EXPECT_FALSE(passes(criterion, *full.delta));
    }
  }
  EXPECT_GT(measured, 0);
  EXPECT_GT(left_out, 0);
  EXPECT_LT(less.get("tokens.scored"), summary_.get("tokens.scored"));
}

TEST_P(ScoreTest, NeededLossesFollowTheBaseline) {
  const auto model = make_model();
  options_.preset = GetParam();
  options_.losses = MeasuredLosses::kNeeded;
  options_.gamma.all = -1000;  // every call may pass
  for (const Baseline baseline : {Baseline::kPlain, Baseline::kNoResult, Baseline::kMin}) {
    options_.baseline.all = baseline;
    record::Document one = document({4});
    ASSERT_FALSE(Scorer(*model, options_).score(one, summary_));
    EXPECT_EQ(one.calls[0].loss->no_result.has_value(), baseline != Baseline::kPlain);
    EXPECT_TRUE(one.calls[0].delta);
  }
}

TEST_P(ScoreTest, TheOtherLossIsTheSmallestWithOneOfTheOtherResults) {
  const auto model = make_model();
  options_.preset = GetParam();
  options_.baseline.all = Baseline::kOther;
  record::Document one = document({4, 0}), needed;
  one.calls[0].others = {"7", "1 + 1"};
  needed = one;
  ASSERT_FALSE(Scorer(*model, options_).score(one, summary_));
  const record::Call& call = one.calls[0];
  std::vector<double> losses;
  for (const std::string& other : call.others) {
    losses.push_back(
        slow_loss(*model, call.at,
                  calls::encode_call(model->tokenizer(), {}, {call.tool, call.input, other}).ids));
  }
  EXPECT_GT(std::abs(losses[0] - losses[1]), 1e-4);
  EXPECT_NEAR(*call.loss->other, std::min(losses[0], losses[1]), 1e-4);
  EXPECT_FALSE(one.calls[1].loss->other);  // it has no others
  EXPECT_TRUE(one.calls[1].delta);
  EXPECT_EQ(summary_.get("scored.Calculator.no_other"), 1);

  options_.losses = MeasuredLosses::kNeeded;
  options_.gamma.all = 1000;  // no call may pass
  ASSERT_FALSE(Scorer(*model, options_).score(needed, summary_));
  EXPECT_FALSE(needed.calls[0].loss->other);
  options_.gamma.all = -1000;  // every call may
  ASSERT_FALSE(Scorer(*model, options_).score(needed, summary_));
  EXPECT_EQ(needed.calls[0].loss->other, call.loss->other);
  options_.baseline.all = Baseline::kMin;  // nobody asks
  ASSERT_FALSE(Scorer(*model, options_).score(needed, summary_));
  EXPECT_FALSE(needed.calls[0].loss->other);
}

INSTANTIATE_TEST_SUITE_P(Presets, ScoreTest,
                         ::testing::Values(Preset::kPrimed, Preset::kWindowed, Preset::kPaper));

class ScoreOnce : public ScoreTest {};

TEST_F(ScoreOnce, EqualCallsAreScoredOnceAndShareTheirNumbers) {
  const auto model = make_model();
  record::Document one = document({4, 4, 3, 4});
  Scorer scorer(*model, options_);
  scorer.score(one, summary_);
  EXPECT_EQ(summary_.get("scored.Calculator.distinct"), 2);
  EXPECT_EQ(summary_.get("scored.Calculator.calls"), 4);
  EXPECT_EQ(one.calls[0].loss->result, one.calls[3].loss->result);
  EXPECT_NE(one.calls[0].loss->result, one.calls[2].loss->result);
}

TEST_F(ScoreOnce, TokenLossesAddUpToTheLossesAndCoverTheWindow) {
  const auto model = make_model();
  options_.token_losses = true;
  record::Document one = document({0});
  ASSERT_FALSE(Scorer(*model, options_).score(one, summary_));
  const record::Call& call = one.calls[0];
  ASSERT_TRUE(call.loss);
  const nlohmann::ordered_json tokens = call.extra.at("token_losses");
  double plain = 0, result = 0;
  for (const double loss : tokens["plain"]) plain += loss;
  for (const double loss : tokens["result"]) result += loss;
  EXPECT_NEAR(plain, call.loss->plain, 1e-2);  // weights are 1; four decimals are kept
  EXPECT_NEAR(result, call.loss->result, 1e-2);
  EXPECT_EQ(tokens["ends"].size(), tokens["plain"].size());
  EXPECT_GT(tokens["ends"][0].get<std::size_t>(), call.at);
  EXPECT_LE(tokens["ends"].back().get<std::size_t>(), one.text.size());
  options_.token_losses = false;
  ASSERT_FALSE(Scorer(*model, options_).score(one, summary_));
  EXPECT_FALSE(one.calls[0].extra.contains("token_losses"));
}

TEST_F(ScoreOnce, APlaceOffTheTokensIsAnErrorOfTheCall) {
  const auto model = make_model();
  record::Document one =
      document({1, kText.size(), kText.size() + 9, kText.find("Calculator") + 1, 4});
  EXPECT_FALSE(Scorer(*model, options_).score(one, summary_));
  for (std::size_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(one.calls[i].error) << i;
    EXPECT_EQ(one.calls[i].error->kind, "off_boundary");
    EXPECT_FALSE(one.calls[i].loss);
    EXPECT_FALSE(one.calls[i].delta);
  }
  EXPECT_FALSE(one.calls[4].error);
  EXPECT_EQ(summary_.get("scored.Calculator.error.off_boundary"), 4);
}

TEST_F(ScoreOnce, ACallThatDoesNotFitIsAnErrorADocumentIsRejected) {
  options_.preset = Preset::kWindowed;
  const std::size_t text_tokens = make_model()->tokenizer().encode(kText).size();
  const auto snug = make_model(text_tokens + 2);  // the start token, the text, one more
  record::Document one = document({0, kText.size() - 1});
  EXPECT_FALSE(Scorer(*snug, options_).score(one, summary_));
  EXPECT_EQ(one.calls[1].error->kind, "too_long");
  EXPECT_THAT(one.calls[1].error->message, ::testing::HasSubstr(std::to_string(text_tokens + 2)));

  const auto tight = make_model(text_tokens);
  record::Document other = document({4});
  const auto why = Scorer(*tight, options_).score(other, summary_);
  ASSERT_TRUE(why);
  EXPECT_THAT(*why, ::testing::HasSubstr(std::to_string(text_tokens) + " tokens"));
  EXPECT_FALSE(other.calls[0].loss);
}

TEST_F(ScoreOnce, ALossThatIsNotFiniteIsAnError) {
  options_.preset = Preset::kWindowed;
  const auto model = make_model(4096, false);  // nothing stands before the first token
  record::Document one = document({0, 4});
  Scorer(*model, options_).score(one, summary_);
  ASSERT_TRUE(one.calls[0].error);
  EXPECT_EQ(one.calls[0].error->kind, "not_finite");
  EXPECT_FALSE(one.calls[0].loss);
  EXPECT_TRUE(one.calls[1].loss);
}

TEST_F(ScoreOnce, LeavesCallsWithoutAResultAndReplacesWhatWasThere) {
  const auto model = make_model();
  record::Document one = document({4, 3});
  one.calls[0].result.reset();
  one.calls[0].error = record::CallError{"bad_input", "no"};
  one.calls[1].error = record::CallError{"too_long", "of an earlier run"};
  one.calls[1].keep = true;
  one.calls[1].reason = "old";
  one.augmented = "old";
  Scorer(*model, options_).score(one, summary_);
  EXPECT_EQ(one.calls[0].error->kind, "bad_input");
  EXPECT_FALSE(one.calls[0].loss);
  EXPECT_FALSE(one.calls[1].error);
  EXPECT_TRUE(one.calls[1].loss);
  EXPECT_FALSE(one.calls[1].keep);
  EXPECT_FALSE(one.calls[1].reason);
  EXPECT_FALSE(one.augmented);
}

}  // namespace
}  // namespace toolformer::filter
