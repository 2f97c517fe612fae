// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/document_date.h"

#include <gtest/gtest.h>

namespace toolformer::record {
namespace {

std::optional<std::string> date_in(const char* meta) {
  Document document;
  document.meta = nlohmann::ordered_json::parse(meta);
  return date_of(document);
}

TEST(DocumentDate, HasTheDateOfItsMeta) {
  EXPECT_EQ(date_in(R"({"url": "x", "date": "2019-04-25"})"), "2019-04-25");
  EXPECT_EQ(date_in(R"({"date": "no date"})"), "no date");  // whoever reads it says so
  EXPECT_EQ(date_in(R"({"url": "x"})"), std::nullopt);
}

TEST(DocumentDate, WhatIsNoStringIsAsJsonWritesIt) {
  EXPECT_EQ(date_in(R"({"date": 20240229})"), "20240229");
  EXPECT_EQ(date_in(R"({"date": 1709164800})"), "1709164800");
  EXPECT_EQ(date_in(R"({"date": ["2024-02-29"]})"), R"(["2024-02-29"])");
  EXPECT_EQ(date_in(R"({"date": {"year": 2024}})"), R"({"year":2024})");
  EXPECT_EQ(date_in(R"({"date": false})"), "false");
  EXPECT_EQ(date_in(R"({"date": 2024.5})"), "2024.5");
  EXPECT_EQ(date_in(R"({"date": ""})"), "");
}

TEST(DocumentDate, MetaIsTheUsersAndMayBeAnything) {
  EXPECT_EQ(date_of({}), std::nullopt);
  for (const char* meta : {"7", "\"date\"", "[\"date\"]", R"({"date": null})"}) {
    EXPECT_EQ(date_in(meta), std::nullopt) << meta;
  }
}

}  // namespace
}  // namespace toolformer::record
