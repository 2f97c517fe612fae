// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/items.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "fake/test_files.h"
#include "toolformer/base/error.h"
#include "toolformer/eval/template.h"
#include "toolformer/record/compress.h"

namespace toolformer::eval {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class ItemsOf : public testing::Test {
 protected:
  /// The items of a shipped task on a file with this content.
  Items items(const std::string& name, const std::string& file, const std::string& content) {
    const Task task = load_tasks(name, kTasks).at(0);
    const std::string path = directory_.write(file, content);
    return make_items(task, read_rows(path, task.each), path);
  }
  const std::filesystem::path kTasks =
      std::filesystem::path(TOOLFORMER_SOURCE_DIR) / "configs" / "tasks";
  fake::TemporaryDirectory directory_;
};

TEST_F(ItemsOf, SvampAsItIsPublished) {
  const Items read = items("svamp", "svamp.json",
                           R"([{"ID": "chal-1", "Body": "Dan had $ 4.", "Question": "How many?",
                                "Answer": 3.0, "id": "c1"}, {"Body": "only"}])");
  ASSERT_EQ(read.documents.size(), 1u);
  EXPECT_EQ(read.documents[0].text, "Dan had $ 4. How many? The answer is");
  EXPECT_EQ(read.documents[0].id, "c1");
  EXPECT_EQ(read.documents[0].meta["answers"], Json({"3.0"}));
  EXPECT_EQ(read.left_out.at("no question"), 1u);
}

TEST_F(ItemsOf, SaysThatAFileHoldsNone) {
  for (const char* content : {"", " \n", "[]"}) {
    EXPECT_THAT(fake::refusal<base::DataError>([&] { items("svamp", "svamp.jsonl", content); }),
                HasSubstr("svamp.jsonl: holds no item for task svamp"));
  }
  EXPECT_THAT(fake::refusal<base::DataError>([&] { items("svamp", "svamp.txt", "\n"); }),
              HasSubstr("holds no item"));
}

TEST_F(ItemsOf, SquadFormGivesOneItemPerQuestion) {
  const Items read = items(
      "mlqa.es", "a.json",
      R"({"version": 1, "data": [{"title": "T", "paragraphs": [{"context": "It is 118.", "qas": [
          {"id": "q1", "question": "¿Cuántos?", "answers": [{"text": "118", "answer_start": 6}]},
          {"id": "q2", "question": "¿Qué?", "answers": [{"text": "It"}]}]}]}]})");
  ASSERT_EQ(read.documents.size(), 2u);
  EXPECT_THAT(read.documents[0].text, AllOf(HasSubstr("It is 118. Now"), HasSubstr("¿Cuántos?")));
  EXPECT_EQ(read.documents[1].meta["answers"], Json({"It"}));
}

TEST_F(ItemsOf, LamaKeepsStatementsWhoseMaskIsLast) {
  const Items read =
      items("lama.squad", "a.jsonl",
            "{\"masked_sentences\": [\"Rome is in [MASK].\"], \"obj_label\": \"Italy\"}\n"
            "{\"masked_sentences\": [\"[MASK] is a city.\"], \"obj_label\": \"Rome\"}\n");
  ASSERT_EQ(read.documents.size(), 1u);
  EXPECT_TRUE(read.documents[0].text.ends_with("correct: Rome is in"));
  EXPECT_EQ(read.left_out.at("the mask is not at the end"), 1u);
}

TEST_F(ItemsOf, OtherPublishedForms) {
  EXPECT_THAT(items("webqs", "w.json", R"([{"question": "who is he", "answers": ["x", "y"]}])")
                  .documents[0]
                  .text,
              HasSubstr("who is he?"));
  const Items trivia =
      items("triviaqa", "t.json",
            R"({"Data": [{"Question": "Who?", "Answer": {"Value": "A", "Aliases": ["A", "B"]}}]})");
  EXPECT_EQ(trivia.documents.at(0).meta["answers"], Json({"A", "B"}));
  const Items values =
      items("triviaqa", "v.json",
            R"({"Data": [{"Question": "Where?", "Answer": {"Aliases": ["Roma"], "Value": "Rome"}},
                   {"Question": "When?", "Answer": {"Aliases": [], "Value": "1870"}}]})");
  EXPECT_EQ(values.documents.at(0).meta["answers"], Json({"Rome", "Roma"}));
  EXPECT_EQ(values.documents.at(1).meta["answers"], Json({"1870"}));
  const Items hub = items(
      "triviaqa", "h.jsonl",
      "{\"question\": \"Where?\", \"answer\": {\"aliases\": [\"Roma\"], \"value\": \"Rome\"}}\n");
  EXPECT_EQ(hub.documents.at(0).meta["answers"], Json({"Rome", "Roma"}));
  const Items webqs =
      items("webqs", "p.json",
            R"x([{"url": "u", "targetValue": "(list (description \"Rome\") (description Milan))",
            "utterance": "where did he live?"}])x");
  EXPECT_EQ(webqs.documents.at(0).meta["answers"], Json({"Rome", "Milan"}));
  const Items gsm =
      items("gsm8k", "g.jsonl", "{\"question\": \"Q?\", \"answer\": \"1+1=2\\n#### 2\"}\n");
  EXPECT_EQ(gsm.documents.at(0).meta["answers"], Json({"2"}));
  const Items temp = items("templama", "l.jsonl",
                           "{\"query\": \"He plays for _X_.\", \"answer\": [{\"name\": "
                           "\"Milan\"}], \"date\": \"2012\"}\n");
  EXPECT_TRUE(temp.documents.at(0).text.ends_with("He plays for"));
}

TEST_F(ItemsOf, IdsAreMadeDistinct) {
  const Items read = items("svamp", "s.jsonl",
                           "{\"text\": \"a?\", \"answer\": 1, \"id\": \"x\"}\n"
                           "{\"text\": \"b?\", \"answer\": 1, \"id\": \"x\"}\n"
                           "{\"text\": \"c?\", \"answer\": 1}\n");
  std::vector<std::string> ids;
  for (const auto& document : read.documents) ids.push_back(document.id);
  EXPECT_THAT(ids, ElementsAre("x", "x#2", "svamp:3"));
}

TEST_F(ItemsOf, PlainTextIsCutIntoWikiTextsArticles) {
  const std::string path = directory_.write(
      "wiki.txt", " = First = \n\n One . \n = = Part = = \n Two . \n = Second = \n Three . \n");
  const auto rows = read_rows(path, {});
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0]["text"], " = First = \n\n One . \n = = Part = = \n Two . \n");
  EXPECT_EQ(read_rows(directory_.write("plain.txt", "no heading\n"), {}).size(), 1u);
}

TEST_F(ItemsOf, CompressedFilesAreRead) {
  const std::string gz = record::compress_block("{\"text\": \"a\"}\n", record::Compression::kGzip);
  EXPECT_EQ(read_rows(directory_.write("a.jsonl.gz", gz), {}).size(), 1u);
}

TEST_F(ItemsOf, SaysWhatIsWrong) {
  const auto refused = [&](const std::string& content) {
    return fake::refusal<base::DataError>([&] { items("svamp", "b.jsonl", content); });
  };
  EXPECT_THAT(refused("{\"text\": \"a\"}\n[1]\n"), HasSubstr("b.jsonl:2"));
  EXPECT_THAT(refused("what\n"), HasSubstr("neither JSON lines"));
  EXPECT_THAT(refused("{\"q\": 1}\n"), AllOf(HasSubstr("1 x no question"), HasSubstr("fields q")));
  EXPECT_THAT(refused(""), HasSubstr("b.jsonl"));
  EXPECT_THAT(fake::refusal<base::UsageError>([&] { read_rows(directory_ / "none", {}); }),
              HasSubstr("none"));
}

TEST_F(ItemsOf, TheFilesAtHandFit) {
  const std::map<std::string, std::string> files = {{"svamp", "eval_svamp_dev.jsonl.gz"},
                                                    {"gsm8k", "eval_gsm8k_test.jsonl.gz"},
                                                    {"webqs", "eval_webq_train.jsonl.gz"},
                                                    {"nq", "eval_nq_dev.jsonl.gz"},
                                                    {"xquad.zh", "eval_xquad_dev.jsonl.gz"}};
  for (const auto& [name, file] : files) {
    const auto path = fake::data_file(file);
    if (!path) GTEST_SKIP() << "set TOOLFORMER_SHARED_DATA to a directory with " << file;
    const Task task = load_tasks(name, kTasks).at(0);
    const auto rows = read_rows(path->string(), task.each);
    EXPECT_GT(rows.size(), 400U) << name;
    EXPECT_EQ(make_items(task, rows, name).documents.size(), rows.size()) << name;
  }
}

}  // namespace
}  // namespace toolformer::eval
