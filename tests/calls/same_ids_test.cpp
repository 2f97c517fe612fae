// SPDX-License-Identifier: Apache-2.0
// Scored = trained = generated: tf-filter measures a call by the very ids that tf-finetune trains
// and that stand in the context of tf-generate when the model has written the call and the result
// was put in line. Asked of the stages themselves, with calls that were made to break it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "fake/parse_options.h"
#include "toolformer/calls/call_markers.h"
#include "toolformer/calls/encode_call.h"
#include "toolformer/decode/tool_decoding.h"
#include "toolformer/filter/score.h"
#include "toolformer/finetune/corpus/examples.h"
#include "toolformer/text/tokenizer_spec.h"

namespace toolformer {
namespace {

using text::TokenId;
using Ids = std::vector<TokenId>;

constexpr std::size_t kCalls = 10'000;
const std::string kText = "One two";
constexpr std::size_t kAt = 3;  // before " two"
const std::vector<std::string> kTools = {"T", "Calculator", "_x9", "WikiSearch", "QA2", "__"};

/// Writes what it is told to, token by token, and notes what it is asked about.
class ObedientModel : public lm::LanguageModel {
 public:
  explicit ObedientModel(const text::Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  Ids writes;                          ///< behind the prompt
  std::size_t asked = 0, written = 0;  ///< requests so far, tokens of `writes` so far
  Ids read;                            ///< before the last token that was asked for
  Ids scored;  ///< what the last request had scored, up to its first log-probability

  const text::Tokenizer& tokenizer() const override { return tokenizer_; }
  std::size_t vocab_size() const override { return tokenizer_.size(); }
  std::size_t context_length() const override { return 100'000; }
  std::string fingerprint() const override { return "obedient"; }
  lm::WorkCounters counters() const override { return {}; }

  lm::Prefix extend(const lm::Prefix& prefix, std::span<const TokenId> tokens) override {
    auto state = std::make_shared<State>();
    state->ids = ids_of(prefix);
    state->ids.insert(state->ids.end(), tokens.begin(), tokens.end());
    return {state, state->ids.size()};
  }
  lm::Prefill prefill(const lm::Prefix&, std::span<const TokenId>,
                      std::optional<TokenId>) override {
    throw std::logic_error("nobody asks for this");
  }
  std::vector<std::vector<float>> score(std::span<const lm::ScoreRequest> requests) override {
    std::vector<std::vector<float>> logprobs;
    for (const lm::ScoreRequest& request : requests) {
      logprobs.emplace_back(request.tokens.size() - request.first, -1.0F);
    }
    const lm::ScoreRequest& last = requests.back();
    scored.assign(last.tokens.begin(),
                  last.tokens.begin() + static_cast<std::ptrdiff_t>(last.first));
    return logprobs;
  }
  lm::Sampled sample_one(const lm::SampleRequest& request) override {
    lm::Prefix end = extend(request.prefix, request.forced_tokens);
    read = ids_of(end);
    lm::Sampled answer;
    answer.reason = lm::Sampled::Reason::kEnd;
    // Behind the call it was told to write it has nothing to say.
    while (asked < 2 && written < writes.size()) {
      answer.tokens.push_back(writes[written++]);
      answer.logprobs.push_back(-1.0F);
      answer.reason = lm::Sampled::Reason::kStop;
      if (request.stop(answer.tokens)) break;
    }
    ++asked;
    answer.end = extend(end, answer.tokens);
    return answer;
  }

 private:
  struct State : lm::KvCache {
    Ids ids;
    std::size_t size() const override { return ids.size(); }
  };
  static Ids ids_of(const lm::Prefix& prefix) {
    if (prefix.length == 0) return {};
    const Ids& ids = dynamic_cast<const State&>(*prefix.cache).ids;
    return {ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(prefix.length)};
  }

  const text::Tokenizer& tokenizer_;
};

/// Only its name counts: the test answers in its place, with what no tool's result would keep.
class NamedTool : public tools::Tool {
 public:
  explicit NamedTool(std::string name) : name_(std::move(name)) {}
  std::string name() const override { return name_; }
  std::string version() const override { return "1"; }
  tools::Outcome call(std::string_view, const tools::CallContext&) const override {
    throw std::logic_error("nobody asks for this");
  }

 private:
  std::string name_;
};

std::string random_string(std::mt19937_64& random) {
  static const std::vector<std::string> kPieces = {"[",
                                                   "]",
                                                   "(",
                                                   ")",
                                                   "\\",
                                                   "-",
                                                   ">",
                                                   " ",
                                                   "  ",
                                                   "\n",
                                                   "\t",
                                                   "\r\n",
                                                   "0",
                                                   "15",
                                                   "0.15",
                                                   ".",
                                                   ",",
                                                   "=",
                                                   "\"",
                                                   "'s",
                                                   "%",
                                                   "$",
                                                   "/",
                                                   "<",
                                                   "the",
                                                   " and",
                                                   "Paris",
                                                   " [",
                                                   "->",
                                                   " ->",
                                                   " -> ",
                                                   "<API>",
                                                   "</API>",
                                                   "<API->",
                                                   "</",
                                                   "]]",
                                                   ".]",
                                                   ")]",
                                                   "\\]",
                                                   "\\)",
                                                   "\\\\",
                                                   "()",
                                                   "é",
                                                   "e\u0301",
                                                   "\u65e5本",
                                                   "\u2192",
                                                   "\u2581",
                                                   "\U0001F600",
                                                   "\u00a0",
                                                   "\u200d",
                                                   "<eos>",
                                                   "<|im_end|>",
                                                   " [T(1) -> 2]",
                                                   std::string(1, '\0')};
  std::string out;
  for (std::size_t n = random() % 9; n > 0; --n) out += kPieces[random() % kPieces.size()];
  return out;
}

calls::WrittenCall random_call(std::mt19937_64& random) {
  return {kTools[random() % kTools.size()], random_string(random), random_string(random)};
}

record::Document document_with(const calls::WrittenCall& call) {
  record::Document document;
  document.id = "d";
  document.text = kText;
  document.calls.push_back({.tool = call.tool, .at = kAt, .input = call.input});
  document.calls[0].result = call.result;
  document.calls[0].keep = true;
  return document;
}

Ids trained_ids(const finetune::ExampleBuilder& builder, const calls::WrittenCall& call) {
  record::Summary summary;
  const auto examples = builder.build(document_with(call), summary);
  const calls::LabelledTokens& tokens = examples.at(0).tokens;
  Ids ids;
  for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
    if (tokens.roles[i] != calls::TokenRole::kText) ids.push_back(tokens.ids[i]);
  }
  return ids;
}

/// What tf-filter measures; it writes calls in the text form, whatever the model.
Ids scored_ids(ObedientModel& model, filter::Scorer& scorer, const calls::WrittenCall& call) {
  record::Document document = document_with(call);
  record::Summary summary;
  if (const auto refused = scorer.score(document, summary)) throw std::logic_error(*refused);
  return model.scored;
}

class Generating {
 public:
  Generating(ObedientModel& model, const calls::CallMarkers& markers)
      : model_(model), markers_(markers) {
    for (const std::string& name : kTools) toolbox_.add(std::make_unique<NamedTool>(name));
    options_.call_top_k = 1;
    options_.max_call_tokens = options_.max_result_tokens = 10'000;
  }

  /// What stands behind the prompt when the model writes `writes` and the tool answers `result`.
  Ids ids_left(const Ids& writes, const std::string& result) {
    model_.writes = writes;
    model_.asked = model_.written = 0;
    const decode::Setting setting{.model = model_,
                                  .toolbox = toolbox_,
                                  .markers = markers_,
                                  .options = options_,
                                  .start = {},
                                  .submit = [&](const decode::CallRequest&, const auto& done) {
                                    done(tools::Outcome::value(result));
                                  }};
    const decode::Prompt prompt{"p", "One", {}};
    decode::generate(setting, {&prompt, 1});
    const std::size_t before = decode::prompt_ids(setting, prompt.text).size();
    return {model_.read.begin() + static_cast<std::ptrdiff_t>(before), model_.read.end()};
  }

 private:
  ObedientModel& model_;
  const calls::CallMarkers& markers_;
  tools::Toolbox toolbox_;
  decode::Options options_;
};

class SameIds : public testing::TestWithParam<std::tuple<const char*, const char*>> {};

TEST_P(SameIds, ScoredTrainedAndGenerated) {
  const auto [name, form] = GetParam();
  const char* models = std::getenv("TOOLFORMER_MODELS");
  const auto path = std::filesystem::path(models == nullptr ? "" : models) / name;
  if (models == nullptr || !std::filesystem::exists(path)) {
    GTEST_SKIP() << "TOOLFORMER_MODELS does not name a directory with " << name;
  }
  std::unique_ptr<text::Tokenizer> tokenizer = text::load_tokenizer(path);
  const bool token_form = std::string_view(form) == "token";
  if (token_form) {
    const calls::Markers names = calls::token_marker_names(*tokenizer);
    tokenizer = text::with_control_tokens(*tokenizer, {names.open, names.close, names.arrow});
  }
  const calls::CallMarkers markers = calls::resolve_markers(
      *tokenizer, token_form ? calls::MarkerChoice::kToken : calls::MarkerChoice::kText);
  ObedientModel model(*tokenizer);
  const finetune::ExampleBuilder builder(*tokenizer, markers, {.seq_len = 100'000});
  const auto options = fake::parse_options<filter::Options>("--preset windowed");
  filter::Scorer scorer(model, options);
  Generating generating(model, markers);
  std::mt19937_64 random(7);
  for (std::size_t i = 0; i < kCalls; ++i) {
    const calls::WrittenCall call = random_call(random);
    SCOPED_TRACE(testing::PrintToString(calls::print_call(markers.written, call)));
    const Ids trained = trained_ids(builder, call);
    const Ids scored = token_form ? calls::encode_call(*tokenizer, markers, call).ids
                                  : scored_ids(model, scorer, call);
    ASSERT_EQ(scored, trained);
    ASSERT_EQ(generating.ids_left(trained, *call.result), trained);
  }
}

INSTANTIATE_TEST_SUITE_P(RealTokenizers, SameIds,
                         testing::Combine(testing::Values("smollm2-135m-instruct.gguf",
                                                          "gemma3-270m.gguf"),
                                          testing::Values("text", "token")),
                         [](const auto& of) {
                           const bool gemma = std::string_view(std::get<0>(of.param))[0] == 'g';
                           return std::string(gemma ? "Gemma_" : "SmolLM2_") +
                                  std::get<1>(of.param);
                         });

}  // namespace
}  // namespace toolformer
