// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/annotated_otherwise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace toolformer::filter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const nlohmann::ordered_json kWriter = nlohmann::ordered_json::parse(
    R"({"stage":"annotate","config":{"model":"a.gguf","open-marker":" [","close-marker":"]",)"
    R"("arrow-marker":" -> "},"fingerprints":{"model":"11"}})");

TEST(AnnotatedOtherwise, SameSettingsOrNoneSayNothing) {
  EXPECT_THAT(annotated_otherwise(kWriter, {{"model", "11"}}, {}), IsEmpty());
  EXPECT_THAT(annotated_otherwise(kWriter, {}, {}), IsEmpty()) << "tools alone need no model";
  EXPECT_THAT(annotated_otherwise(nullptr, {{"model", "22"}}, {.open = " <"}), IsEmpty());
  EXPECT_THAT(
      annotated_otherwise({{"config", nlohmann::ordered_json::object()}}, {{"model", "22"}}, {}),
      IsEmpty());
}

TEST(AnnotatedOtherwise, AnotherModelAndOtherMarkersAreTold) {
  EXPECT_THAT(annotated_otherwise(kWriter, {{"model", "22"}}, {}),
              ElementsAre(HasSubstr("sampled by another model (--model a.gguf)")));
  EXPECT_THAT(annotated_otherwise(kWriter, {{"model", "11"}}, {.open = " <", .close = ">"}),
              ElementsAre(HasSubstr("--open-marker ' [', this run has ' <'"),
                          HasSubstr("give --close-marker ']' as there")));
}

}  // namespace
}  // namespace toolformer::filter
