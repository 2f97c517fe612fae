// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::eval {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kTask =
    "prompt = \"{question}\"\nanswers = \"{answer}\"\n[[rule]]\ntake = \"first-number\"\n"
    "compare = \"number\"\n";

Task parse(const std::string& text) {
  return parse_task("t", formats::TomlTable::parse(text, "t.toml"));
}
std::string refused(const std::string& text) {
  return fake::refusal<base::UsageError>([&] { parse(text); });
}

TEST(Task, ReadsAFile) {
  const Task task = parse("version = 3\nmax-new-tokens = 7\n" + kTask);
  EXPECT_EQ(task.version, 3);
  EXPECT_EQ(task.max_new_tokens, 7u);
  EXPECT_THAT(task.answers, ElementsAre("{answer}"));
  ASSERT_EQ(task.rules.size(), 1u);
  EXPECT_EQ(task.rules[0].take, Take::kFirstNumber);
  EXPECT_EQ(task.rules[0].compare, Compare::kNumber);
  EXPECT_EQ(task.source["max-new-tokens"], 7);
  EXPECT_EQ(task.source["rule"][0]["take"], "first-number");
}

TEST(Task, RefusesWhatItCannotUse) {
  EXPECT_THAT(refused("promt = \"x\"\n" + kTask), AllOf(HasSubstr("promt"), HasSubstr("prompt")));
  EXPECT_THAT(refused("answers = \"a\"\n"), HasSubstr("prompt"));
  EXPECT_THAT(refused("prompt = \"a\"\n"), HasSubstr("answers"));
  EXPECT_THAT(refused("prompt = \"a\"\nanswers = \"a\"\n"), HasSubstr("rule"));
  EXPECT_THAT(refused("prompt = \"{a\"\nanswers = \"a\"\n"), HasSubstr("not closed"));
  EXPECT_THAT(refused(kTask + "words = 5\n[[rule]]\ntake = \"first-words\"\nname = \"w\"\n"),
              HasSubstr("words"));
  EXPECT_THAT(refused(kTask + "[[rule]]\n"), HasSubstr("another rule"));
  EXPECT_THAT(refused("kind = \"guess\"\n" + kTask), HasSubstr("perplexity"));
  EXPECT_THAT(refused("generator = \"x\"\n" + kTask), HasSubstr("dateset"));
}

TEST(Task, VariantsAreTasksOfTheirOwn) {
  const fake::TemporaryDirectory directory;
  directory.write("quiz.toml", "variants = [\"es\", \"de\"]\ndata = \"{variant}.json\"\n" + kTask);
  const std::vector<Task> all = load_tasks("quiz", directory.path());
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].name, "quiz.es");
  EXPECT_EQ(all[1].data, directory / "de.json");
  EXPECT_EQ(load_tasks("quiz.de", directory.path()).at(0).name, "quiz.de");
  EXPECT_EQ(load_tasks(directory / "quiz.toml", "").size(), 2u);
  EXPECT_THAT(fake::refusal<base::UsageError>([&] { load_tasks("quiz.fr", directory.path()); }),
              HasSubstr("fr"));
  EXPECT_THAT(fake::refusal<base::UsageError>([&] { load_tasks("quizz", directory.path()); }),
              AllOf(HasSubstr("no such task"), HasSubstr("perhaps `quiz`")));
}

TEST(Task, EveryShippedTaskCanBeRead) {
  const std::filesystem::path directory =
      std::filesystem::path(TOOLFORMER_SOURCE_DIR) / "configs" / "tasks";
  std::size_t tasks = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() != ".toml") continue;
    for (const Task& task : load_tasks(entry.path().stem().string(), directory)) {
      EXPECT_FALSE(task.description.empty()) << task.name;
      ++tasks;
    }
  }
  EXPECT_GE(tasks, 27u);
}

}  // namespace
}  // namespace toolformer::eval
