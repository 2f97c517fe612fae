// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/qa_reader.h"

#include <gmock/gmock.h>

#include "fake/refusal.h"
#include "fake/table_language_model.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/tools/builtin/search_index.h"

namespace toolformer::tools {
namespace {

const std::string kPrompt = "Read.\n\n{passages}\nQuestion: {question}\nAnswer:\n";

class QaReaderTest : public testing::Test {
 protected:
  QaReaderTest() {
    SearchIndexWriter writer(directory_ / "index");
    writer.add("Paris", "Paris is the capital of France.");
    writer.add("Rome", "Rome is the capital of Italy.");
    writer.add("Danube", "The Danube is a river.");
    writer.add("Oslo", "Oslo lies on a fjord.");
    writer.add("Bern", "Bern lies on the Aare.");
    writer.finish();
  }

  /// Reads with a model that answers a prompt that ends with `asked`, and nothing else.
  std::unique_ptr<QaReader> reader(const std::string& asked, const std::string& answer,
                                   std::size_t passages = 2, std::size_t context_length = 4096) {
    auto tokenizer = std::make_unique<fake::TableTokenizer>(fake::call_pieces());
    std::vector<std::pair<std::string, text::TokenId>> script;
    std::string written = asked + "\nAnswer:";
    for (const text::TokenId id : tokenizer->continuation_ids(answer)) {
      script.emplace_back(written, id);
      written += tokenizer->decode(std::vector{id});
    }
    fake::TableLanguageModel::Settings settings;
    settings.context_length = context_length;
    settings.rules.push_back([script](std::string_view context, std::span<double> logits) {
      for (const auto& [behind, id] : script) {
        if (context.ends_with(behind)) logits[static_cast<std::size_t>(id)] += 50;
      }
    });
    return std::make_unique<QaReader>(
        std::make_unique<WikiSearch>(directory_ / "index"),
        std::make_unique<fake::TableLanguageModel>(std::move(tokenizer), std::move(settings)),
        QaReaderOptions{.prompt = kPrompt, .passages = passages});
  }

  fake::TemporaryDirectory directory_;
};

TEST_F(QaReaderTest, ReadsTheBestPassagesAndAnswersInOneLine) {
  const auto qa = reader(
      "Read.\n\nRome > Rome is the capital of Italy.\nParis > Paris is the capital of France.\n"
      "Question: capital of Italy?",
      " Rome\nQuestion: more");
  const Outcome outcome = qa->call("capital of Italy?", {});
  EXPECT_EQ(outcome.result, "Rome") << outcome.error_message;
}

TEST_F(QaReaderTest, HolesInQuestionsAreText) {
  const auto qa = reader("Question: Danube {passages} {question}", " river\n", 1);
  EXPECT_EQ(qa->call("Danube {passages} {question}", {}).result, "river");
}

TEST_F(QaReaderTest, AnswersBehindItsThoughts) {
  const auto qa = reader("Danube?", " <think>\n\n</think>Po\nmore", 1);
  EXPECT_EQ(qa->call("Danube?", {}).result, "Po");
  EXPECT_EQ(reader("Danube?", " sea?</think> river\n", 1)->call("Danube?", {}).result, "river");
}

TEST_F(QaReaderTest, TypesItsErrors) {
  EXPECT_EQ(reader("Danube?", " unknown\n", 1)->call("Danube?", {}).error_kind, "no_result");
  EXPECT_EQ(reader("Danube?", " \n\n", 1)->call("?!", {}).error_kind, "bad_input");
  EXPECT_EQ(reader("", "", 1)->call("zebra", {}).error_kind, "no_result");
  EXPECT_EQ(reader("Danube?", " x\n", 1, 40)->call("Danube?", {}).error_kind, "too_large");
  CallContext late;
  late.deadline = std::chrono::steady_clock::now();
  const Outcome timeout = reader("Danube?", " x\n", 1)->call("Danube?", late);
  EXPECT_EQ(timeout.error_kind, "timeout");
  EXPECT_TRUE(timeout.transient);
}

TEST_F(QaReaderTest, VersionFollowsPromptIndexAndModel) {
  EXPECT_EQ(reader("", "")->version(), reader("", "")->version());
  EXPECT_NE(reader("", "", 1)->version(), reader("", "", 2)->version());
}

TEST_F(QaReaderTest, TheKindNamesWhatIsMissing) {
  const auto refusal = [&](const std::string& keys, const ToolResources& resources) {
    formats::TomlTable table = formats::TomlTable::parse(keys, "x.toml");
    return fake::refusal<base::UsageError>([&] { make_qa_reader("QA", table, resources); });
  };
  ToolResources resources;
  EXPECT_THAT(refusal("", resources), testing::HasSubstr("--index"));
  resources.index = directory_ / "index";
  EXPECT_THAT(refusal("kind = \"qa_reader\"", resources), testing::HasSubstr("language model"));
  resources.folder = directory_.path();
  directory_.write("bad.txt", "no holes");
  resources.load_model = [](const std::string& path) {
    EXPECT_EQ(path, "");
    return std::make_unique<fake::TableLanguageModel>(
        std::make_unique<fake::TableTokenizer>(fake::call_pieces()),
        fake::TableLanguageModel::Settings{});
  };
  EXPECT_THAT(refusal("prompt = \"bad.txt\"", resources), testing::HasSubstr("{passages}"));
  formats::TomlTable table = formats::TomlTable::parse("passages = 1", "x.toml");
  EXPECT_EQ(make_qa_reader("Ask", table, resources).front()->name(), "Ask");  // the shipped prompt
}

}  // namespace
}  // namespace toolformer::tools
