// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/enum_names.h"

#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "toolformer/base/error.h"

namespace toolformer::base {
namespace {

enum class Fruit { kApple, kPear, kPlum };
constexpr Names<3> names_of(Fruit /*type*/) {
  return {"apple", "pear", "plum"};
}

TEST(EnumNames, LeadThereAndBack) {
  for (const Fruit fruit : {Fruit::kApple, Fruit::kPear, Fruit::kPlum})
    EXPECT_EQ(value_of<Fruit>("fruit", name_of(fruit)), fruit);
  EXPECT_EQ(name_of(Fruit::kPear), "pear");
  EXPECT_EQ(name_of(true), "on");
  EXPECT_FALSE(value_of<bool>("switch", "off"));
}

TEST(EnumNames, AnUnknownNameIsRefusedWithTheKnownOnes) {
  const auto refusal = [](const char* text) {
    return fake::refusal<UsageError>([&] { value_of<Fruit>("fruit", text); });
  };
  EXPECT_EQ(refusal("Pear"), "--fruit must be apple, pear or plum, got `Pear`");
  EXPECT_EQ(refusal(""), "--fruit must be apple, pear or plum, got ``");
  EXPECT_EQ(fake::refusal<UsageError>([] { value_of<bool>("switch", "yes"); }),
            "--switch must be off or on, got `yes`");
}

}  // namespace
}  // namespace toolformer::base
