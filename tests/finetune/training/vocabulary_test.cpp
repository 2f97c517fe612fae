// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/vocabulary.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "finetune/tiny_model.h"
#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::finetune {
namespace {

const std::filesystem::path kGolden =
    std::filesystem::path(TOOLFORMER_SOURCE_DIR) / "tests/finetune/golden";

TEST(PlanVocabulary, TextFormAddsNothing) {
  const Vocabulary vocabulary =
      plan_vocabulary(text::load_tokenizer(kGolden), calls::MarkerForm::kText);
  EXPECT_TRUE(vocabulary.added.empty());
  EXPECT_EQ(vocabulary.markers.form, calls::MarkerForm::kText);
  EXPECT_EQ(vocabulary.markers.written.open, " [");
}

TEST(PlanVocabulary, TokenFormAddsThreeControlTokensBehindTheOldOnes) {
  auto original = text::load_tokenizer(kGolden);
  const auto size = static_cast<text::TokenId>(original->size());
  const Vocabulary vocabulary = plan_vocabulary(std::move(original), calls::MarkerForm::kToken);
  ASSERT_EQ(vocabulary.added.size(), 3U);
  EXPECT_EQ(vocabulary.markers.open, size);
  EXPECT_EQ(vocabulary.markers.close, size + 1);
  EXPECT_EQ(vocabulary.markers.arrow, size + 2);
  EXPECT_EQ(vocabulary.added[1].content, "</API>");
  for (const AddedToken& token : vocabulary.added) {
    EXPECT_TRUE(vocabulary.tokenizer->is_control(token.id));
    EXPECT_FALSE(token.mean_of.empty());
  }
}

TEST(PlanVocabulary, TextThatSpellsTheMarkersKeepsItsIds) {
  const auto original = text::load_tokenizer(kGolden);
  const Vocabulary vocabulary =
      plan_vocabulary(text::load_tokenizer(kGolden), calls::MarkerForm::kToken);
  const std::string text = "a <API>b -> c</API> -> d->e";
  EXPECT_EQ(vocabulary.tokenizer->ids(text), original->ids(text));
}

TEST(PlanVocabulary, ASecondRoundFindsItsTokens) {
  Vocabulary first = plan_vocabulary(text::load_tokenizer(kGolden), calls::MarkerForm::kToken);
  const calls::CallMarkers markers = first.markers;
  const Vocabulary second = plan_vocabulary(std::move(first.tokenizer), calls::MarkerForm::kToken);
  EXPECT_TRUE(second.added.empty());
  EXPECT_EQ(second.markers.open, markers.open);
  EXPECT_EQ(second.markers.close, markers.close);
  EXPECT_EQ(second.markers.arrow, markers.arrow);
}

// Most real vocabularies hold "->"; a text cannot stand in a vocabulary twice.
TEST(PlanVocabulary, AnOrdinaryArrowKeepsItsPlace) {
  text::TokenizerSpec spec = *text::load_tokenizer(kGolden)->spec();
  const auto id_of = [&](const std::string& piece) {
    const auto found = std::find_if(spec.pieces.begin(), spec.pieces.end(),
                                    [&](const text::Piece& p) { return p.text == piece; });
    return static_cast<text::TokenId>(found - spec.pieces.begin());
  };
  const auto arrow = static_cast<text::TokenId>(spec.pieces.size());
  spec.merges.push_back({id_of("-"), id_of(">"), arrow});
  spec.pieces.push_back({"->"});
  const Vocabulary vocabulary =
      plan_vocabulary(text::make_tokenizer(spec, "test"), calls::MarkerForm::kToken);
  ASSERT_EQ(vocabulary.added.size(), 3U);
  EXPECT_EQ(vocabulary.added[2].content, "<API->");
  EXPECT_EQ(vocabulary.added[2].mean_of.size(), vocabulary.tokenizer->ids(" ->").size());
  EXPECT_NE(vocabulary.markers.arrow, arrow);
  EXPECT_FALSE(vocabulary.tokenizer->is_control(arrow));
  EXPECT_EQ(vocabulary.tokenizer->ids("->"), std::vector<text::TokenId>{arrow});
}

class ExtendModelTest : public testing::TestWithParam<bool> {};

TEST_P(ExtendModelTest, AppendsTheMeanOfTheNamedRows) {
  model::Transformer transformer = tiny_model(tiny_config(GetParam()));
  Vocabulary vocabulary;
  vocabulary.added = {{"x", 37, {1, 2}}, {"y", 38, {3}}};
  extend_model(transformer, vocabulary);
  EXPECT_EQ(transformer.config().vocab, 39);
  for (const char* name : {"model.embed_tokens.weight", "lm_head.weight"}) {
    const auto found = transformer.parameters().find(name);
    if (found == transformer.parameters().end()) continue;
    const torch::Tensor& table = found->second;
    EXPECT_LT(relative_difference(table[37], (table[1] + table[2]) / 2), 1e-6) << name;
    EXPECT_TRUE(table[38].equal(table[3])) << name;
  }
}

TEST_P(ExtendModelTest, UsesSpareRowsAndFillsGaps) {
  model::Transformer transformer = tiny_model(tiny_config(GetParam()));
  Vocabulary vocabulary;
  vocabulary.added = {{"spare", 36, {5}}, {"behind a gap", 38, {6}}};
  extend_model(transformer, vocabulary);
  EXPECT_EQ(transformer.config().vocab, 39);
  const torch::Tensor& table = transformer.parameters().at("model.embed_tokens.weight");
  EXPECT_TRUE(table[36].equal(table[5]));
  EXPECT_TRUE(table[37].equal(table[6]));
  EXPECT_TRUE(table[38].equal(table[6]));
}

INSTANTIATE_TEST_SUITE_P(Heads, ExtendModelTest, testing::Bool());

}  // namespace
}  // namespace toolformer::finetune
