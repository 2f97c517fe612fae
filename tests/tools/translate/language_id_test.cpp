// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/translate/language_id.h"

#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "fake/temporary_directory.h"
#include "fake/test_files.h"
#include "toolformer/base/error.h"
#include "toolformer/record/line_reader.h"

namespace toolformer::tools {
namespace {

std::optional<LanguageIdentifier> identifier() {
  const auto model = fake::model_file("lid.176.ftz");
  if (!model) return std::nullopt;
  return LanguageIdentifier(*model);
}

/// First sentences of the first articles.
std::vector<std::string> sentences(const std::filesystem::path& articles, std::size_t count) {
  std::vector<std::string> found;
  record::LineReader reader(record::open_bytes(articles));
  while (found.size() < count) {
    const auto line = reader.next();
    if (!line) break;
    const std::string text = nlohmann::json::parse(line->text)["text"];
    found.push_back(text.substr(0, text.find(". ")));
  }
  return found;
}

double share(const LanguageIdentifier& id, const std::string& file, const std::string& language) {
  const auto path = fake::data_file(file);
  if (!path) return -1;
  const auto texts = sentences(*path, 500);
  double right = 0;
  for (const std::string& text : texts) right += id.identify(text).language == language ? 1 : 0;
  return right / static_cast<double>(texts.size());
}

TEST(LanguageIdentifier, KnowsFirstSentencesOfArticles) {
  const auto id = identifier();
  if (!id) GTEST_SKIP() << "no lid.176.ftz in $TOOLFORMER_MODELS";
  const double english = share(*id, "wiki_en.jsonl.gz", "en");
  const double spanish = share(*id, "wiki_es.jsonl.gz", "es");
  if (english < 0 || spanish < 0) GTEST_SKIP() << "no articles in $TOOLFORMER_SHARED_DATA";
  EXPECT_GE(english, 0.99);
  EXPECT_GE(spanish, 0.97);
}

TEST(LanguageIdentifier, ChoosesAmongSome) {
  const auto id = identifier();
  if (!id) GTEST_SKIP() << "no lid.176.ftz in $TOOLFORMER_MODELS";
  const auto guess = id->identify(
      "Buenos d\xC3\xAD"
      "as",
      {"es", "en"});
  EXPECT_EQ(guess.language, "es");
  EXPECT_GE(guess.confidence, id->identify("Buenos d\xC3\xAD"
                                           "as")
                                  .confidence);
  EXPECT_LE(guess.confidence, 1);
  EXPECT_EQ(id->identify("one line\nzwei Zeilen\nund noch eine dritte Zeile").language, "de");
}

TEST(LanguageIdentifier, SaysNothingWhereThereIsNothing) {
  const auto id = identifier();
  if (!id) GTEST_SKIP() << "no lid.176.ftz in $TOOLFORMER_MODELS";
  for (const std::string& text : {std::string(), std::string("\n\n"), std::string("\0\0", 2),
                                  std::string("\xFF\xFE\xFF"), std::string(1'000'000, '\n')}) {
    EXPECT_LE(id->identify(text).confidence, 1) << text.size();
    EXPECT_EQ(id->identify(text, {"none"}).confidence, 0);
  }
}

TEST(LanguageIdentifier, ServesManyThreads) {
  const auto id = identifier();
  if (!id) GTEST_SKIP() << "no lid.176.ftz in $TOOLFORMER_MODELS";
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) {
        right += id->identify("El perro corre por la calle.").language == "es" ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 200);
}

TEST(LanguageIdentifier, RefusesWhatIsNoModel) {
  const fake::TemporaryDirectory folder;
  EXPECT_THROW(LanguageIdentifier(folder / "none.ftz"), base::UsageError);
  EXPECT_THROW(LanguageIdentifier(folder.write("text.ftz", "hello")), base::UsageError);
  EXPECT_THROW(LanguageIdentifier(folder.write("empty.ftz", "")), base::UsageError);
}

TEST(LanguageIdentifier, HasAUsualPlace) {
  ::setenv("TOOLFORMER_CACHE", "/some/cache", 1);
  EXPECT_EQ(default_language_model(), "/some/cache/models/lid.176.ftz");
  ::unsetenv("TOOLFORMER_CACHE");
  ::setenv("XDG_CACHE_HOME", "/some", 1);
  EXPECT_EQ(default_language_model(), "/some/toolformer/models/lid.176.ftz");
}

}  // namespace
}  // namespace toolformer::tools
