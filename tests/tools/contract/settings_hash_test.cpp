// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/settings_hash.h"

#include <gtest/gtest.h>

namespace toolformer::tools {
namespace {

TEST(SettingsHash, TellsApartWhatReadsAlikeWhenJoined) {
  EXPECT_EQ(settings_hash({"a", "b"}), settings_hash({"a", "b"}));
  EXPECT_NE(settings_hash({"a", "b"}), settings_hash({"a\nb"}));
  EXPECT_NE(settings_hash({"a", "b"}), settings_hash({"ab"}));
  EXPECT_NE(settings_hash({"a", ""}), settings_hash({"a"}));
  EXPECT_EQ(settings_hash({"a secret"}).size(), 16U);
}

}  // namespace
}  // namespace toolformer::tools
