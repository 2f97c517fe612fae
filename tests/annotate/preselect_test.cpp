// SPDX-License-Identifier: Apache-2.0
#include "toolformer/annotate/preselect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/tools/builtin/search_index.h"

namespace toolformer::annotate {
namespace {

record::Document document(std::string id, std::string text) {
  record::Document result;
  result.id = std::move(id);
  result.text = std::move(text);
  return result;
}

std::string preselect(const PreselectOptions& options, const std::string& tool,
                      const record::Document& document, std::uint64_t seed) {
  return Preselection(options, {&tool, 1}, seed).reason_to_drop(tool, document);
}

TEST(Preselect, SaysWhyItDropsForTheCalculator) {
  const PreselectOptions options{.rare_fraction = 0};
  EXPECT_EQ(preselect(options, "Calculator", document("a", "2 and 3 make 5"), 1), "");
  EXPECT_EQ(preselect(options, "Calculator", document("a", "it equals 5"), 1), "");
  EXPECT_EQ(preselect(options, "Calculator", document("a", "10, 20, 44"), 1), "unrelated_numbers");
  EXPECT_EQ(preselect(options, "Calculator", document("a", "10, 20"), 1), "few_numbers");
}

TEST(Preselect, KeepsAFixedShareOfTheUnrelatedByIdAndSeed) {
  const PreselectOptions options{.rare_fraction = 0.25};
  int kept = 0;
  int moved = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto one = document("doc-" + std::to_string(i), "10, 20, 44");
    const bool keep = preselect(options, "Calculator", one, 7).empty();
    EXPECT_EQ(keep, preselect(options, "Calculator", one, 7).empty());
    kept += keep ? 1 : 0;
    moved += keep != preselect(options, "Calculator", one, 8).empty() ? 1 : 0;
  }
  EXPECT_NEAR(kept, 500, 80);  // four standard deviations
  EXPECT_GT(moved, 500);       // another seed chooses others
}

TEST(Preselect, WantsADateForTheCalendar) {
  auto dated = document("a", "Open on Friday.");
  EXPECT_EQ(preselect({}, "Calendar", dated, 1), "no_date");
  dated.meta = {{"date", "2019-04-25"}};
  EXPECT_EQ(preselect({}, "Calendar", dated, 1), "");
  dated.text = "Open on request.";
  EXPECT_EQ(preselect({}, "Calendar", dated, 1), "no_date_mentioned");
  dated.meta = "2019";
  EXPECT_EQ(preselect({}, "Calendar", dated, 1), "no_date");
}

TEST(Preselect, WantsTwoLanguagesForTranslationAndNothingForOthers) {
  EXPECT_EQ(preselect({}, "QA", document("a", "Anything."), 1), "");
  if (!std::filesystem::exists(tools::default_language_model()))
    GTEST_SKIP() << "no " << tools::default_language_model();
  EXPECT_EQ(preselect({}, "MT", document("a", "Only one language here."), 1), "one_language");
}

TEST(Preselect, NamesTheModelOfLanguagesThatIsMissing) {
  const fake::TemporaryDirectory empty;
  const char* before = std::getenv("TOOLFORMER_CACHE");
  const std::string kept = before == nullptr ? "" : before;
  setenv("TOOLFORMER_CACHE", empty.path().c_str(), 1);
  const auto refused =
      fake::refusal<base::UsageError>([] { preselect({}, "MT", document("a", "x"), 1); });
  before == nullptr ? unsetenv("TOOLFORMER_CACHE") : setenv("TOOLFORMER_CACHE", kept.c_str(), 1);
  EXPECT_THAT(refused, ::testing::HasSubstr("lid.176.ftz; scripts/setup.sh fetches one"));
}

TEST(Preselect, WantsAPageThatTellsALateFact) {
  const fake::TemporaryDirectory directory;
  PreselectOptions options;
  options.index = directory / "wiki.index";
  tools::SearchIndexWriter writer(options.index);
  writer.add("Agricola", "Agricola wrote about Basalt and other rocks.");
  writer.add("Own",
             "Pumice is a rock. It was praised by Strabo in Pompeii, so people say in Rome today.");
  writer.finish();
  const auto judge = [&](const std::string& text) {
    return preselect(options, "WikiSearch", document("a", text), 1);
  };
  EXPECT_EQ(judge("Basalt is dark. Agricola named it."), "");
  EXPECT_EQ(judge("Basalt is dark. Plinius named it."), "nothing_to_find");
  EXPECT_EQ(judge("Granite is light. Agricola named it."), "nothing_to_find");
  // Only its own page tells it.
  EXPECT_EQ(
      judge("Pumice is a rock. It was praised by Strabo in Pompeii, so people say in Rome today."),
      "nothing_to_find");
  options.index.clear();
  EXPECT_EQ(judge("Basalt is dark. Plinius named it."), "");
}

}  // namespace
}  // namespace toolformer::annotate
