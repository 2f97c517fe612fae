// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/choice_flag.h"

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <vector>

#include "fake/refusal.h"
#include "toolformer/base/error.h"

namespace toolformer::base {
namespace {

using ::testing::HasSubstr;

enum class Fruit { kApple, kPear, kPlum };
constexpr Names<3> names_of(Fruit /*type*/) {
  return {"apple", "pear", "plum"};
}

struct Values {
  Fruit fruit = Fruit::kPear;
  std::optional<Fruit> maybe;
  std::vector<Fruit> several = {Fruit::kPlum, Fruit::kApple};
  bool ripe = true;
};

void bind(CLI::App& app, Values& values) {
  add_choice(app, "fruit", values.fruit, "");
  add_choice(app, "maybe", values.maybe, "");
  add_choices(app, "several", values.several, "");
  add_choice(app, "ripe", values.ripe, "");
}

Values parse(const std::string& arguments) {
  CLI::App app;
  Values values;
  bind(app, values);
  app.parse(arguments);
  return values;
}

TEST(ChoiceFlag, WhatIsNotGivenStays) {
  const Values values = parse("");
  EXPECT_EQ(values.fruit, Fruit::kPear);
  EXPECT_EQ(values.maybe, std::nullopt);
  EXPECT_EQ(values.several, (std::vector{Fruit::kPlum, Fruit::kApple}));
  EXPECT_TRUE(values.ripe);
}

TEST(ChoiceFlag, NamesAreRead) {
  const Values values = parse("--fruit plum --maybe apple --several pear,apple --ripe off");
  EXPECT_EQ(values.fruit, Fruit::kPlum);
  EXPECT_EQ(values.maybe, Fruit::kApple);
  EXPECT_EQ(values.several, (std::vector{Fruit::kPear, Fruit::kApple}));
  EXPECT_FALSE(values.ripe);
}

TEST(ChoiceFlag, OtherNamesAreRefused) {
  for (const char* flag : {"fruit", "maybe", "several"}) {
    EXPECT_EQ(fake::refusal<UsageError>([&] { parse("--" + std::string(flag) + " fig"); }),
              "--" + std::string(flag) + " must be apple, pear or plum, got `fig`");
  }
}

/// What a program writes of its settings into run.json.
TEST(ChoiceFlag, TheDefaultsAreKnownByTheirNames) {
  CLI::App app;
  Values values;
  bind(app, values);
  EXPECT_EQ(app.get_option("--fruit")->get_default_str(), "pear");
  EXPECT_EQ(app.get_option("--maybe")->get_default_str(), "");
  EXPECT_EQ(app.get_option("--several")->get_default_str(), "[plum,apple]");
  EXPECT_THAT(app.help(), HasSubstr("--fruit {apple,pear,plum}=pear"));
}

}  // namespace
}  // namespace toolformer::base
