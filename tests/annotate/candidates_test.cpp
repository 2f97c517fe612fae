// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/candidates.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "fake/table_language_model.h"
#include "toolformer/calls/call_markers.h"
#include "toolformer/lm/prompted_document.h"

namespace toolformer::annotate {
namespace {

using fake::TableLanguageModel;
using ::testing::Contains;
using ::testing::Each;

/// A model that writes `script` behind the head, byte for byte, whatever it read before.
std::unique_ptr<TableLanguageModel> model_that_writes(const std::string& script) {
  auto tokenizer = std::make_unique<fake::TableTokenizer>(fake::call_pieces());
  TableLanguageModel::Settings settings;
  const auto scripted = tokenizer->continuation_ids(script);
  std::string written = "Calculator(";
  for (const auto id : scripted) {
    settings.rules.push_back([written, id](std::string_view context, std::span<double> logits) {
      if (context.ends_with(written)) logits[static_cast<std::size_t>(id)] += 100;
    });
    written += tokenizer->decode({&id, 1});
  }
  const auto end = tokenizer->eos().front();
  settings.rules.push_back([written, end](std::string_view context, std::span<double> logits) {
    if (context.ends_with(written)) logits[static_cast<std::size_t>(end)] += 100;
  });
  return std::make_unique<TableLanguageModel>(std::move(tokenizer), std::move(settings));
}

CandidateSettings settings_for(const lm::LanguageModel& model) {
  CandidateSettings settings;
  settings.tool = "Calculator";
  settings.m = 2;
  settings.max_tokens = 30;
  settings.open = calls::open_marker_token(model.tokenizer(), settings.markers);
  settings.seed = 3;
  return settings;
}

Candidates sample(TableLanguageModel& model, const CandidateSettings& settings,
                  const std::vector<Position>& positions = {{2, 2, 0.5}}) {
  const lm::Prefix before = lm::prefill_prompt(model, "demo\n\n");
  const auto ids = model.tokenizer().continuation_ids("0123456789");
  const auto requests = candidate_requests(
      model.tokenizer(), settings, {"d", model.extend(before, ids), before.length}, positions);
  return judge_candidates(model.tokenizer(), settings, positions, model.sample(requests));
}

TEST(SampleCandidates, EndsAtTheCloseMarkerInsideAToken) {
  const auto model = model_that_writes("1 + (2 * 3))]");  // ")]" is one piece
  const Candidates found = sample(*model, settings_for(*model));
  ASSERT_EQ(found.calls.size(), 2U);
  EXPECT_EQ(found.calls[1].input, "1 + (2 * 3)");
  EXPECT_EQ(found.calls[1].at, 2U);
  EXPECT_EQ(found.calls[1].sample, 1);
  EXPECT_EQ(found.calls[1].p_api, 0.5);
  EXPECT_EQ(found.calls[1].tool, "Calculator");
  EXPECT_FALSE(found.calls[1].result);
}

TEST(SampleCandidates, EndsAtTheArrow) {
  const auto model = model_that_writes("1 + 2) -> 3]");
  const Candidates found = sample(*model, settings_for(*model));
  ASSERT_EQ(found.calls.size(), 2U);
  EXPECT_EQ(found.calls[0].input, "1 + 2");
}

TEST(SampleCandidates, SaysWhyASampleIsNoCall) {
  const auto lost = [](const std::string& script, std::size_t max_tokens = 30) {
    const auto model = model_that_writes(script);
    CandidateSettings settings = settings_for(*model);
    settings.max_tokens = max_tokens;
    const Candidates found = sample(*model, settings);
    EXPECT_TRUE(found.calls.empty());
    EXPECT_EQ(found.lost.size(), 2U);
    return loss_name(found.lost.at(0));
  };
  EXPECT_EQ(lost("1 + 2 + 3)]", 4), "no_close");
  EXPECT_EQ(lost("1 + 2"), "end_of_text");
  EXPECT_EQ(lost("1\n)]"), "newline");
  EXPECT_EQ(lost("1) of"), "unparsable");
  EXPECT_EQ(lost(")]"), "empty_input");
  EXPECT_EQ(lost("\xFF)]"), "invalid_utf8");
}

TEST(SampleCandidates, AToolWithoutInputIsNotSampled) {
  const auto model = model_that_writes("1)]");
  CandidateSettings settings = settings_for(*model);
  settings.tool = "Calendar";
  settings.has_input = false;
  const auto before = model->counters().lm_head_rows;
  const Candidates found = sample(*model, settings, {{2, 2, 0.5}, {4, 4, 0.25}});
  EXPECT_EQ(model->counters().lm_head_rows, before);
  ASSERT_EQ(found.calls.size(), 2U);
  EXPECT_EQ(found.calls[1].input, "");
  EXPECT_EQ(found.calls[1].sample, 0);
  EXPECT_EQ(found.calls[1].at, 4U);
}

/// A model whose calls are short strings of digits, so that samples differ.
std::unique_ptr<TableLanguageModel> model_of_digits() {
  auto tokenizer = std::make_unique<fake::TableTokenizer>(fake::call_pieces());
  TableLanguageModel::Settings settings;
  const auto close = static_cast<std::size_t>(*tokenizer->find(")]"));
  settings.rules.push_back([close](std::string_view, std::span<double> logits) {
    for (std::size_t digit = '0'; digit <= '9'; ++digit) logits[digit] += 12;
    logits[close] += 13;
  });
  return std::make_unique<TableLanguageModel>(std::move(tokenizer), std::move(settings));
}

std::vector<std::string> inputs(const Candidates& candidates, std::size_t at) {
  std::vector<std::string> result;
  for (const auto& call : candidates.calls) {
    if (call.at == at) result.push_back(std::to_string(*call.sample) + ":" + call.input);
  }
  return result;
}

TEST(SampleCandidates, DrawsDependOnTheirKeyAlone) {
  const auto model = model_of_digits();
  CandidateSettings settings = settings_for(*model);
  settings.m = 20;
  const Candidates both = sample(*model, settings, {{2, 2, 0.5}, {4, 4, 0.25}});
  const Candidates one = sample(*model, settings, {{4, 4, 0.25}});
  EXPECT_GT(inputs(one, 4).size(), 5U);
  EXPECT_EQ(inputs(both, 4), inputs(one, 4));
  settings.m = 10;
  const Candidates fewer = sample(*model, settings, {{4, 4, 0.25}});
  EXPECT_THAT(inputs(one, 4), ::testing::IsSupersetOf(inputs(fewer, 4)));
  settings.seed = 4;
  EXPECT_NE(inputs(sample(*model, settings, {{4, 4, 0.25}}), 4), inputs(fewer, 4));
}

/// The slow way: the whole text up to the place as one sequence, from nothing.
TEST(SampleCandidates, ContinuesThePrefixAtItsPlace) {
  const auto model = model_of_digits();
  CandidateSettings settings = settings_for(*model);
  settings.m = 8;
  const Candidates found = sample(*model, settings, {{3, 3, 0.5}});
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < settings.m; ++i) {
    lm::SampleRequest request;
    request.forced_tokens = model->tokenizer().start();
    for (const char* part : {"demo\n\n", "012", " [", "Calculator("}) {
      const auto ids = model->tokenizer().continuation_ids(part);
      request.forced_tokens.insert(request.forced_tokens.end(), ids.begin(), ids.end());
    }
    request.random =
        base::KeyedRandom(3, {"annotate", "d", "Calculator", std::uint64_t{3}, std::uint64_t{i}});
    request.max_tokens = settings.max_tokens;
    const auto sampled = model->sample({&request, 1}).front();
    const std::string text = model->tokenizer().decode(sampled.tokens);
    const std::size_t close = text.find(")]");
    if (close != std::string::npos && close > 0) {
      expected.push_back(std::to_string(i) + ":" + text.substr(0, close));
    }
  }
  EXPECT_GT(expected.size(), 3U);
  for (const std::string& input : inputs(found, 3)) {
    if (input.find_first_not_of("0123456789:") == std::string::npos) {
      EXPECT_THAT(expected, Contains(input));
    }
  }
  EXPECT_EQ(inputs(found, 3).front(), expected.front());
}

TEST(SampleCandidates, EndsWhereTheToolCouldReadNothing) {
  const auto model = model_that_writes("48 / lamps that burn)]");
  CandidateSettings settings = settings_for(*model);
  settings.max_tokens = 60;
  const auto all = model->counters().lm_head_rows;
  EXPECT_EQ(sample(*model, settings).calls.size(), 2U);
  const auto whole = model->counters().lm_head_rows - all;
  settings.may_begin = input_rule("Calculator");
  const Candidates found = sample(*model, settings);
  EXPECT_TRUE(found.calls.empty());
  EXPECT_EQ(loss_name(found.lost.at(0)), "unreadable");
  EXPECT_LT(model->counters().lm_head_rows - all - whole, whole / 2);
  EXPECT_FALSE(input_rule("WikiSearch"));
}

/// The rule sees every input that ends, also when the last token brings both the end and what
/// cannot be read.
TEST(SampleCandidates, TheRuleHoldsHoweverTokensMerge) {
  const auto model = model_that_writes("1 + l)]");
  CandidateSettings settings = settings_for(*model);
  settings.may_begin = [](std::string_view input) { return input.find('l') == std::string::npos; };
  EXPECT_EQ(loss_name(sample(*model, settings).lost.at(0)), "unreadable");
  settings.may_begin = [](std::string_view input) { return input.size() <= 5; };
  EXPECT_EQ(sample(*model, settings).calls.size(), 2U);
}

}  // namespace
}  // namespace toolformer::annotate
