// SPDX-License-Identifier: Apache-2.0
// Whatever a tool returns: rendered by tf-filter, put into training text by tf-finetune and in line
// by tf-generate, it never opens, closes or nests a call and never becomes a control token.
#include "hostile/results.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <map>
#include <set>

#include "fake/byte_tokenizer.h"
#include "fake/table_language_model.h"
#include "toolformer/base/utf8.h"
#include "toolformer/calls/encode_call.h"
#include "toolformer/decode/tool_decoding.h"
#include "toolformer/filter/execute.h"
#include "toolformer/finetune/corpus/examples.h"
#include "toolformer/tools/dispatch/dispatcher.h"

namespace toolformer {
namespace {

const calls::Markers kMarkers;
const std::string kText = "One and one make 2.";
constexpr std::size_t kAt = 17;

/// Returns what the input names.
class Hostile : public tools::Tool {
 public:
  Hostile() {
    for (const fake::HostileResult& one : fake::hostile_results()) results_[one.name] = one.bytes;
  }
  std::string name() const override { return "Sum"; }
  std::string version() const override { return "1"; }
  tools::Outcome call(std::string_view input, const tools::CallContext&) const override {
    const auto found = results_.find(input);
    return tools::Outcome::value(found == results_.end() ? "2" : found->second);
  }

 private:
  std::map<std::string, std::string, std::less<>> results_;
};

/// One document per case, through the execute step; those with a result are kept.
std::vector<record::Document> executed() {
  tools::Toolbox toolbox;
  toolbox.add(std::make_unique<Hostile>());
  tools::Dispatcher dispatcher(toolbox);
  const filter::OtherResults others(toolbox, {}, {});
  filter::Executor executor(dispatcher, others);
  record::Summary summary;
  std::vector<record::Document> documents;
  for (const fake::HostileResult& one : fake::hostile_results()) {
    record::Document document;
    document.id = one.name;
    document.text = kText;
    document.calls.push_back({.tool = "Sum", .at = kAt, .input = one.name});
    executor.execute(document, summary);
    document.calls[0].keep = document.calls[0].result.has_value();
    documents.push_back(std::move(document));
  }
  return documents;
}

/// The calls that a reader finds who looks for one at every open marker, also inside of calls.
std::size_t calls_in(const std::string& written) {
  std::size_t count = 0;
  for (std::size_t at = written.find(kMarkers.open); at != std::string::npos;
       at = written.find(kMarkers.open, at + 1)) {
    const auto state = calls::scan_call(kMarkers, std::string_view(written).substr(at), true).state;
    count += state == calls::Scan::State::kArrow || state == calls::Scan::State::kClosed ? 1 : 0;
  }
  return count;
}

struct Vocabulary {
  std::string name;
  std::shared_ptr<const text::Tokenizer> tokenizer;
};

/// A tokenizer of bytes, and those of the real models that are here.
std::vector<Vocabulary> vocabularies() {
  std::vector<Vocabulary> all = {{"bytes", std::make_shared<fake::ByteTokenizer>()}};
  const char* models = std::getenv("TOOLFORMER_MODELS");
  for (const char* name : {"smollm2-135m-instruct.gguf", "gemma3-270m.gguf"}) {
    const auto path = std::filesystem::path(models == nullptr ? "" : models) / name;
    if (models != nullptr && std::filesystem::exists(path)) {
      all.push_back({name, text::load_tokenizer(path)});
    }
  }
  return all;
}

TEST(HostileResults, AreManyAndEndAsOneCleanLineOrATypedError) {
  EXPECT_GE(fake::hostile_results().size(), 60U);
  std::size_t refused = 0;
  for (const record::Document& document : executed()) {
    const record::Call& call = document.calls[0];
    if (!call.result) {
      ++refused;
      EXPECT_THAT(call.error->kind, testing::AnyOf("bad_result", "no_result")) << document.id;
      EXPECT_FALSE(base::find_invalid_utf8(call.error->message)) << document.id;
      continue;
    }
    EXPECT_FALSE(base::find_invalid_utf8(*call.result)) << document.id;
    EXPECT_LE(call.result->size(), 4 * 300U) << document.id;
    for (const char c : *call.result) EXPECT_FALSE(c >= 0 && c < 0x20) << document.id;
  }
  EXPECT_GT(refused, 15U);
  EXPECT_LT(refused, fake::hostile_results().size() / 2);
}

TEST(HostileResults, FilterRendersExactlyTheIntendedCall) {
  for (const record::Document& document : executed()) {
    const std::string augmented = calls::render_augmented(kMarkers, document);
    EXPECT_EQ(calls::strip_calls(kMarkers, document, augmented), kText) << document.id;
    const record::Call& call = document.calls[0];
    EXPECT_EQ(calls_in(augmented), call.result ? 1U : 0U) << augmented;
    if (!call.result) continue;
    const calls::Scan scan =
        calls::scan_call(kMarkers, std::string_view(augmented).substr(kAt), false);
    EXPECT_EQ(scan.state, calls::Scan::State::kClosed) << augmented;
    EXPECT_EQ(scan.call, (calls::WrittenCall{"Sum", document.id, call.result})) << augmented;
    EXPECT_EQ(augmented.substr(kAt + scan.size), kText.substr(kAt)) << augmented;
  }
}

TEST(HostileResults, NoneBecomesAControlTokenWhenScored) {
  const std::vector<record::Document> documents = executed();
  for (const Vocabulary& vocabulary : vocabularies()) {
    for (const record::Document& document : documents) {
      const record::Call& call = document.calls[0];
      if (!call.result) continue;
      const calls::WrittenCall written{call.tool, call.input, call.result};
      for (const text::TokenId id : calls::encode_call(*vocabulary.tokenizer, {}, written).ids) {
        ASSERT_FALSE(vocabulary.tokenizer->is_control(id)) << vocabulary.name << document.id;
      }
    }
  }
}

TEST(HostileResults, FinetuneBuildsExactlyTheIntendedCall) {
  const std::vector<record::Document> documents = executed();
  for (const Vocabulary& vocabulary : vocabularies()) {
    const text::Tokenizer& tokenizer = *vocabulary.tokenizer;
    const auto size = static_cast<text::TokenId>(tokenizer.size());
    const calls::CallMarkers added{calls::MarkerForm::kToken, calls::kTokenMarkers, size, size + 1,
                                   size + 2};
    for (const bool token_form : {false, true}) {
      const finetune::ExampleBuilder builder(tokenizer, token_form ? added : calls::CallMarkers(),
                                             {.seq_len = 20'000, .end_token = false});
      for (const record::Document& document : documents) {
        record::Summary summary;
        const auto examples = builder.build(document, summary);
        ASSERT_EQ(examples.size(), 1U);
        std::vector<text::TokenId> ids = examples[0].tokens.ids;
        ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(tokenizer.start().size()));
        std::map<text::TokenId, int> special;
        for (const text::TokenId id : ids) {
          if (id >= size || tokenizer.is_control(id)) ++special[id];
        }
        const bool has_call = document.calls[0].result.has_value();
        const std::map<text::TokenId, int> expected = {{size, 1}, {size + 1, 1}, {size + 2, 1}};
        EXPECT_EQ(special, token_form && has_call ? expected : decltype(special){})
            << vocabulary.name << ": " << document.id;
        if (token_form) continue;
        const std::string written = tokenizer.decode(ids);
        EXPECT_EQ(calls_in(written), has_call ? 1U : 0U) << vocabulary.name << ": " << written;
      }
    }
  }
}

TEST(HostileResults, StandInLineAsTheyAre) {
  const std::vector<record::Document> documents = executed();
  for (const Vocabulary& vocabulary : vocabularies()) {
    const text::Tokenizer& tokenizer = *vocabulary.tokenizer;
    for (const record::Document& document : documents) {
      const record::Call& call = document.calls[0];
      if (!call.result) continue;
      const auto ids = calls::encode_result(tokenizer, {}, *call.result).ids;
      for (const text::TokenId id : ids) ASSERT_FALSE(tokenizer.is_control(id)) << document.id;
      const std::string written = " [Sum(1+1) ->" + tokenizer.decode(ids) + " and on";
      const calls::Scan scan = calls::scan_call(kMarkers, written, false);
      EXPECT_EQ(scan.state, calls::Scan::State::kClosed) << vocabulary.name << ": " << written;
      EXPECT_EQ(written.substr(scan.size), " and on") << vocabulary.name << ": " << document.id;
      EXPECT_EQ(calls_in(written), 1U) << vocabulary.name << ": " << document.id;
    }
  }
}

/// A model that writes ` [Sum(<input>) ->` behind the prompt, whatever else it thinks.
std::unique_ptr<fake::TableLanguageModel> calling_model(const std::string& prompt,
                                                        const std::string& call) {
  auto tokenizer = std::make_unique<fake::TableTokenizer>(fake::call_pieces());
  std::vector<std::pair<std::string, text::TokenId>> script;
  std::string written = prompt;
  for (const text::TokenId id : tokenizer->continuation_ids(call)) {
    script.emplace_back(written, id);
    written += tokenizer->decode(std::vector{id});
  }
  fake::TableLanguageModel::Settings settings;
  settings.rules.push_back([script](std::string_view context, std::span<double> logits) {
    for (const auto& [behind, id] : script) {
      if (context == behind) logits[static_cast<std::size_t>(id)] += 50;
    }
  });
  return std::make_unique<fake::TableLanguageModel>(std::move(tokenizer), std::move(settings));
}

TEST(HostileResults, GenerationMakesExactlyTheIntendedCall) {
  tools::Toolbox toolbox;
  toolbox.add(std::make_unique<Hostile>());
  const std::vector<record::Document> documents = executed();
  const std::string prompt = "One and one make";
  for (const record::Document& expected : documents) {
    const auto model =
        calling_model(prompt, calls::call_until_arrow(kMarkers, {"Sum", expected.id, {}}));
    const calls::CallMarkers markers =
        calls::resolve_markers(model->tokenizer(), calls::MarkerChoice::kText);
    decode::Options options;
    options.call_top_k = 1;
    options.max_new_tokens = 2;
    options.max_result_tokens = 100'000;
    const decode::Setting setting{*model, toolbox, markers, options, {}, 0};
    const decode::Prompt one{"p", prompt, {}};
    const decode::Generation generation = decode::generate(setting, {&one, 1})[0];
    ASSERT_GE(generation.calls.size(), 1U) << expected.id;
    EXPECT_EQ(generation.calls[0].result, expected.calls[0].result) << expected.id;
    EXPECT_EQ(generation.calls[0].keep, expected.calls[0].keep) << expected.id;
    record::Document document;
    document.text = prompt + generation.text;
    document.calls = generation.calls;
    const std::string augmented = calls::render_augmented(kMarkers, document);
    EXPECT_EQ(calls::strip_calls(kMarkers, document, augmented), document.text) << expected.id;
  }
}

}  // namespace
}  // namespace toolformer
