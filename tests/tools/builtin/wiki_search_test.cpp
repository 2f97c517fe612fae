// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/wiki_search.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "fake/temporary_directory.h"
#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/tools/builtin/page_words.h"
#include "toolformer/tools/builtin/search_index.h"

namespace toolformer::tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

struct Page {
  std::string title, text;
};

class WikiSearchTest : public testing::Test {
 protected:
  WikiSearch open(const std::vector<Page>& pages, const WikiSearchOptions& options = {}) const {
    SearchIndexWriter writer(file_);
    for (const Page& page : pages) writer.add(page.title, page.text);
    writer.finish();
    return WikiSearch(file_, options);
  }
  fake::TemporaryDirectory directory_;
  const std::filesystem::path file_ = directory_ / "wiki.idx";
};

const std::vector<Page> kPages = {
    {"Basalt", "Basalt is a dark volcanic rock. It forms when lava cools quickly."},
    {"Zither", "The zither is a string instrument whose strings lie over a flat box."},
    {"Po (river)", "The Po is a river of northern Italy. It flows into the Adriatic Sea."},
    {"Sweden", "The flag of Sweden shows a yellow cross. Malmö is a city of it."},
    {"Lava", "Hot rock that flows."}};

CallContext inside(const std::string& title, const std::string& text) {
  record::Document document;
  document.text = text;
  document.meta = {{"title", title}};
  CallContext context;
  context.own = std::make_shared<OwnDocument>(document);
  return context;
}

TEST_F(WikiSearchTest, ADocumentNeverFindsItself) {
  const WikiSearch search = open(kPages);
  const Outcome outcome = search.call("volcanic rock", inside("Basalt", ""));
  EXPECT_EQ(outcome.result, "Lava > Hot rock that flows.");
  EXPECT_EQ(outcome.excluded, std::vector<std::string>{"Basalt"});
  const Outcome alone = search.call("volcanic", inside("Basalt", ""));
  EXPECT_EQ(alone.error_kind, error_kind::kNoResult);
  EXPECT_THAT(alone.error_message, HasSubstr("own page"));
  EXPECT_EQ(alone.excluded, std::vector<std::string>{"Basalt"});
  const std::string copy = "A copy. " + kPages[1].text + " And no more.";
  EXPECT_EQ(search.call("string instrument", inside("Strings", copy)).error_kind,
            error_kind::kNoResult);
}

TEST_F(WikiSearchTest, MayFindItselfWhereThatIsAskedFor) {
  const WikiSearch search = open(kPages, {.exclude_own = false});
  EXPECT_FALSE(search.traits().uses_own);
  EXPECT_THAT(search.call("volcanic rock", inside("Basalt", "")).result, HasSubstr("Basalt > "));
}

TEST_F(WikiSearchTest, TheOtherResultIsOfAnotherPage) {
  const WikiSearch search = open(kPages, {.snippet_words = 3});
  const std::string result = search.call("volcanic rock", {}).result;
  std::set<std::string> others;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const auto other = search.other_result(result, inside("Zither", ""), {0, {i}});
    ASSERT_TRUE(other);
    others.insert(*other);
  }
  EXPECT_EQ(others, (std::set<std::string>{"Po (river) > The Po is...", "Sweden > The flag of...",
                                           "Lava > Hot rock that..."}));
}

TEST_F(WikiSearchTest, ShowsTheBestPage) {
  const WikiSearch search = open(kPages);
  EXPECT_EQ(search.call("volcanic rock", {}).result,
            "Basalt > Basalt is a dark volcanic rock. It forms when lava cools quickly.");
  EXPECT_EQ(search.call("LAVA", {}).result, "Lava > Hot rock that flows.");
  EXPECT_THAT(search.call("malmo", {}).result, HasSubstr("Malmö is a city"));
  EXPECT_THAT(search.call("Where does the Po flow into?", {}).result, HasSubstr("Po (river) > "));
}

TEST_F(WikiSearchTest, TypesItsErrors) {
  const WikiSearch search = open(kPages);
  EXPECT_EQ(search.call("", {}).error_kind, "bad_input");
  EXPECT_EQ(search.call(" \"!?*", {}).error_kind, "bad_input");
  EXPECT_EQ(search.call("\xff", {}).error_kind, "bad_input");
  EXPECT_EQ(search.call("quokka", {}).error_kind, "no_result");
  EXPECT_EQ(search.call("。", {}).error_kind, "bad_input");
  EXPECT_EQ(search.call(std::string(16384, 'x'), {}).error_kind, "no_result");
  EXPECT_EQ(search.call(std::string(16385, 'x'), {}).error_kind, "bad_input");
}

TEST_F(WikiSearchTest, QuerySyntaxIsData) {
  const WikiSearch search = open(kPages);
  for (const char* query :
       {"zither AND", "zither OR", "NOT zither", "\"zither", "zither\"", "zither*", "^zither",
        "(zither", "title:zither", "{title}:zither", "zither -text", "NEAR(zither, 2)",
        "zither + x", "zi'ther zither", "zither; DROP TABLE pages", "-zither"}) {
    EXPECT_THAT(search.call(query, {}).result, HasSubstr("Zither > ")) << query;
  }
  EXPECT_EQ(search.call(std::string(1 << 20, '('), {}).error_kind, "bad_input");
}

TEST_F(WikiSearchTest, FindsWordsWhateverSeparatesThem) {
  const WikiSearch search = open(kPages);
  for (const char* query : {"zither\u2014quokka", "quokka\u2019zither", "\u201Czither\u2026\u201D",
                            "quokka\u00A0zither", "quokka\u3000zither", "quokka\u3001zither\u3002",
                            "zi\u00ADther", "ＺＩＴＨＥＲ"}) {
    EXPECT_THAT(search.call(query, {}).result, HasSubstr("Zither > ")) << query;
  }
}

TEST_F(WikiSearchTest, FindsWordsInsideTextWithoutSpaces) {
  const WikiSearch search = open({{"大阪市", "大阪市は西日本の中心都市である。"},
                                  {"เชียงใหม่", "เชียงใหม่เป็นจังหวัดทางภาคเหนือของประเทศไทย"},
                                  {"부산", "부산광역시는 한국의 항구 도시이다."},
                                  {"長江", "长江是亚洲第一长河。"},
                                  {"Basalt", "Basalt is a dark volcanic rock."},
                                  {"Lava", "Hot rock that flows."}});
  EXPECT_THAT(search.call("都市", {}).result, HasSubstr("大阪市 > 大阪市は西日本の中心都市"));
  EXPECT_THAT(search.call("西日本の中心は？", {}).result, HasSubstr("大阪市 > "));
  EXPECT_THAT(search.call("阪", {}).result, HasSubstr("大阪市 > "));
  EXPECT_THAT(search.call("จังหวัด", {}).result, HasSubstr("เชียงใหม่ > "));
  EXPECT_THAT(search.call("항구는 어디?", {}).result, HasSubstr("부산 > "));
  EXPECT_THAT(search.call("도시", {}).result, HasSubstr("부산 > "));
  EXPECT_THAT(search.call("亚洲", {}).result, HasSubstr("長江 > "));
  EXPECT_EQ(search.call("京都", {}).error_kind, "no_result");
}

TEST_F(WikiSearchTest, EveryWordOfTheQueryCounts) {
  const WikiSearch search = open(kPages);
  std::string query;
  for (int i = 0; i < 2000; ++i) query += fmt::format("w{} ", i);
  EXPECT_EQ(search.call(query, {}).error_kind, "no_result");
  EXPECT_THAT(search.call(query + "zither", {}).result, HasSubstr("Zither > "));
}

TEST_F(WikiSearchTest, TakesThousandsOfWordsThatPagesHave) {
  std::string text;
  for (int i = 0; i < 2500; ++i) text += fmt::format("w{} ", i);
  const WikiSearch search = open({{"A", "a"}, {"B", "b"}, {"C", text}, {"D", "d"}});
  EXPECT_THAT(search.call(text, {}).result, HasSubstr("C > "));
}

TEST_F(WikiSearchTest, TiesGoToTheFirstPage) {
  const WikiSearch search = open({{"A", "cat dog"},
                                  {"B", "cat cow"},
                                  {"C", "cat pig"},
                                  {"D", "x"},
                                  {"E", "y"},
                                  {"F", "z"},
                                  {"G", "v"}});
  EXPECT_THAT(search.best_pages("cat", 10), ElementsAre(1, 2, 3));
}

/// BM25 written down again: every occurrence counts, in the title `title_weight` times; both fields
/// make the length. Row -> score, of the pages that have one of the words.
std::map<std::int64_t, double> naive_scores(const std::vector<Page>& pages,
                                            const std::vector<std::string>& words,
                                            double title_weight) {
  constexpr double kK1 = 1.2;
  constexpr double kB = 0.75;
  const auto count = static_cast<double>(pages.size());
  std::vector<std::map<std::string, double>> weights(pages.size());
  std::vector<double> lengths(pages.size());
  std::map<std::string, double> frequency;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    for (const auto& [field, weight] :
         {std::pair{pages[i].title, title_weight}, std::pair{pages[i].text, 1.0}}) {
      std::istringstream stream(field);
      for (std::string word; stream >> word; ++lengths[i]) weights[i][word] += weight;
    }
    for (const auto& [word, weight] : weights[i]) ++frequency[word];
  }
  const double mean = std::accumulate(lengths.begin(), lengths.end(), 0.0) / count;
  std::vector<std::string> used;
  for (const std::string& word : words) {
    if (frequency[word] > 0 && 2 * frequency[word] <= count) used.push_back(word);
  }
  if (used.empty()) used = words;
  std::map<std::int64_t, double> scores;
  for (std::size_t i = 0; i < pages.size(); ++i) {
    double score = 0;
    for (const std::string& word : used) {
      const double tf = weights[i].count(word) != 0 ? weights[i][word] : 0.0;
      const double idf =
          std::max(std::log((count - frequency[word] + 0.5) / (frequency[word] + 0.5)), 1e-6);
      score += idf * tf * (kK1 + 1) / (tf + kK1 * (1 - kB + kB * lengths[i] / mean));
    }
    if (score > 0) scores[static_cast<std::int64_t>(i + 1)] = score;
  }
  return scores;
}

TEST_F(WikiSearchTest, RanksLikeBm25WrittenDownAgain) {
  std::mt19937_64 random(5);
  const auto word = [&] {
    // Zipf-like, so that some words are in most pages and some in one.
    const double u = static_cast<double>(random() % 100000 + 1) / 100000;
    return fmt::format("w{}", static_cast<int>(1 / u) % 300);
  };
  std::vector<Page> pages(400);
  for (Page& page : pages) {
    for (std::size_t n = 1 + random() % 3; n > 0; --n) page.title += word() + " ";
    for (std::size_t n = random() % 60; n > 0; --n) page.text += word() + " ";
    page.text += fmt::format("p{}", &page - pages.data());  // an index holds no page twice
  }
  WikiSearchOptions options;
  const WikiSearch search = open(pages, options);
  for (int i = 0; i < 300; ++i) {
    std::vector<std::string> words;
    std::string query;
    for (std::size_t n = 1 + random() % 8; n > 0; --n) query += word() + " ";
    const std::vector<std::int64_t> rows = search.best_pages(query, 1000);
    std::map<std::int64_t, double> scores =
        naive_scores(pages, query_words(query), options.title_weight);
    ASSERT_EQ(std::set<std::int64_t>(rows.begin(), rows.end()).size(), scores.size()) << query;
    // Sums in another order differ in the last digits, so equals may stand in any order here.
    for (std::size_t k = 1; k < rows.size(); ++k) {
      ASSERT_GE(scores.at(rows[k - 1]), scores.at(rows[k]) - 1e-9) << query << " at rank " << k;
    }
    // Few are found in another way than all (no scores for pages that cannot be among them).
    for (const std::size_t few : {1U, 2U, 5U, 20U}) {
      const auto end = rows.begin() + static_cast<std::ptrdiff_t>(std::min(few, rows.size()));
      ASSERT_EQ(search.best_pages(query, static_cast<std::int64_t>(few)),
                std::vector<std::int64_t>(rows.begin(), end))
          << query;
    }
  }
}

TEST_F(WikiSearchTest, ThreadsWaitForEachOther) {
  const WikiSearch search = open(kPages);
  const std::vector<std::string> queries = {"volcanic rock", "malmo", "string instrument", "Po"};
  std::vector<std::string> alone;
  for (const std::string& query : queries) alone.push_back(search.call(query, {}).result);
  std::vector<int> differing(queries.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < queries.size(); ++i) {
      threads.emplace_back([&, i] {
        for (int round = 0; round < 100; ++round) {
          if (search.call(queries[i], {}).result != alone[i]) ++differing[i];
        }
      });
    }
  }
  EXPECT_THAT(differing, testing::Each(0));
}

TEST_F(WikiSearchTest, VersionFollowsTheContent) {
  const std::string first = open(kPages).version();
  EXPECT_EQ(open(kPages).version(), first);
  EXPECT_NE(open({{"Basalt", "Something else."}}).version(), first);
  EXPECT_NE(open(kPages, {8.0, 32}).version(), first);
}

TEST_F(WikiSearchTest, RefusesWhatIsNoIndex) {
  EXPECT_THAT([&] { WikiSearch{file_}; }, ThrowsMessage<base::UsageError>(HasSubstr("tf-index")));
  base::write_file_atomically(file_, "this is not a database, just text");
  EXPECT_THROW(WikiSearch{file_}, base::DataError);
  base::write_file_atomically(file_, "");
  EXPECT_THROW(WikiSearch{file_}, base::DataError);
  open(kPages);
  const std::string whole = base::read_file(file_);
  base::write_file_atomically(file_, whole.substr(0, whole.size() / 2));
  EXPECT_THROW(WikiSearch{file_}, base::DataError);
  open(kPages);
  Database(file_, Database::Mode::kCreate)
      .execute("UPDATE meta SET value = '99' WHERE key = 'schema'");
  EXPECT_THAT([&] { WikiSearch{file_}; },
              ThrowsMessage<base::DataError>(HasSubstr("schema 99, this program reads 2")));
  EXPECT_THROW(open(kPages, {4.0, 65}), base::UsageError);
}

}  // namespace
}  // namespace toolformer::tools
