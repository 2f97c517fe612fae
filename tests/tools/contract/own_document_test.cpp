// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/own_document.h"

#include <gtest/gtest.h>

namespace toolformer::tools {
namespace {

const std::string kText =
    "Basalt is a dark volcanic rock that forms when lava cools quickly at the surface of a planet, "
    "and most of the ocean floor is made of it.";

OwnDocument made(const std::string& text, nlohmann::ordered_json meta = nullptr) {
  record::Document document;
  document.id = "wiki-7";
  document.text = text;
  document.meta = std::move(meta);
  return OwnDocument(document);
}

TEST(OwnDocument, IsFoundByTitleIdAndUrl) {
  const OwnDocument own =
      made("", {{"title", "Po (river)"}, {"url", "https://x.org/a/S%C3%A3o_Luis?b#c"}});
  EXPECT_TRUE(own.is("po  (RIVER)", ""));
  EXPECT_TRUE(own.is("Po_(river)", ""));
  EXPECT_TRUE(own.is("S\u00e3o Luis", ""));
  EXPECT_TRUE(own.is("wiki-7", ""));
  EXPECT_FALSE(own.is("Po", ""));
  EXPECT_FALSE(own.is("", ""));
}

TEST(OwnDocument, IsFoundByItsText) {
  const OwnDocument own = made(kText);
  EXPECT_TRUE(own.is("Other", kText));
  EXPECT_TRUE(
      own.is("Other", "basalt, is a dark volcanic ROCK that forms when lava cools quickly at it"));
  EXPECT_TRUE(own.is("Other", "See also. " + kText + " More of another article follows here."));
  EXPECT_FALSE(
      own.is("Other", "Basalt is a dark volcanic rock. " +
                          std::string("Its name comes from a late Latin word for a very hard "
                                      "stone, and quarries all over the world sell it.")));
}

TEST(OwnDocument, TheShareOfSharedShinglesIsASetting) {
  // 17 words, 13 shingles; the first 8 of them stand in kText, and no other.
  const std::string page =
      "Basalt is a dark volcanic rock that forms when lava cools near one of five very old towns";
  EXPECT_TRUE(made(kText).is("Other", page, 0.5));
  EXPECT_FALSE(made(kText).is("Other", page, 0.6));
}

TEST(OwnDocument, AQuestionIsNobodysPage) {
  const std::string question = "which dark volcanic rock forms when lava cools quickly";
  EXPECT_FALSE(made(question).is("Other", question + " at the surface of the planet or below it"));
}

TEST(OwnDocument, TheKeyTellsDocumentsApart) {
  EXPECT_EQ(made(kText).key(), made(kText).key());
  EXPECT_NE(made(kText).key(), made(kText + " ").key());
  EXPECT_NE(made(kText).key(), made(kText, {{"title", "Basalt"}}).key());
}

}  // namespace
}  // namespace toolformer::tools
