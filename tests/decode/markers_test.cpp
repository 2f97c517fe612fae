// SPDX-License-Identifier: Apache-2.0
#include "toolformer/decode/markers.h"

#include <gtest/gtest.h>

#include "decode/scripted_model.h"
#include "toolformer/base/error.h"

namespace toolformer::decode {
namespace {

using fake::PieceTokenizer;

const std::vector<std::string> kPieces = {"<eos>", "<API>", "</API>", "->", " [", "]",
                                          " ->",   " 2",    "2",      " ",  "\\", "<",
                                          "/",     "A",     "P",      "I",  ">"};

TEST(Markers, AutoTakesTheTokenFormWhenAllThreeAreControlTokens) {
  const PieceTokenizer added(kPieces, 4);
  const CallMarkers markers = resolve_markers(added, "auto");
  EXPECT_EQ(markers.form, MarkerForm::kToken);
  EXPECT_EQ(markers.open, 1);
  EXPECT_EQ(markers.close, 2);
  EXPECT_EQ(markers.arrow, 3);
}

TEST(Markers, AnOrdinaryArrowIsNoTokenMarker) {
  const PieceTokenizer plain(kPieces, 3);  // "->" is an ordinary piece, as in many vocabularies
  EXPECT_EQ(resolve_markers(plain, "auto").form, MarkerForm::kText);
  EXPECT_THROW(resolve_markers(plain, "token"), base::UsageError);
}

TEST(Markers, TextFormCanBeAskedFor) {
  const CallMarkers markers = resolve_markers(PieceTokenizer(kPieces, 4), "text");
  EXPECT_EQ(markers.form, MarkerForm::kText);
  EXPECT_EQ(markers.open, 4);
}

TEST(Markers, AnOpenMarkerOfSeveralTokensIsRefusedWithARemedy) {
  const PieceTokenizer split({"<eos>", " ", "[", "]"}, 1);
  try {
    resolve_markers(split, "auto");
    FAIL() << "two tokens were accepted";
  } catch (const base::UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("is 2 tokens"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("--markers token"), std::string::npos);
  }
}

TEST(Markers, SpellWritesControlMarkersOut) {
  const PieceTokenizer tokenizer(kPieces, 4);
  const std::vector<TokenId> ids = {1, 8, 3, 8, 2};
  EXPECT_EQ(spell(tokenizer, resolve_markers(tokenizer, "token"), ids), "<API>2->2</API>");
  EXPECT_EQ(spell(tokenizer, resolve_markers(tokenizer, "text"), ids), "22");
}

TEST(Markers, ResultsAreJoinedByIds) {
  const PieceTokenizer tokenizer(kPieces, 4);
  const CallMarkers text = resolve_markers(tokenizer, "text");
  EXPECT_EQ(result_ids(tokenizer, text, "2", ""), (std::vector<TokenId>{7, 5}));  // " 2" "]"
  EXPECT_EQ(result_ids(tokenizer, text, "2", " ->"), (std::vector<TokenId>{6, 7, 5}));
  const CallMarkers token = resolve_markers(tokenizer, "token");
  EXPECT_EQ(result_ids(tokenizer, token, "2", ""), (std::vector<TokenId>{8, 2}));
}

TEST(Markers, AResultThatSpellsAMarkerIsNoMarker) {
  const PieceTokenizer tokenizer(kPieces, 4);
  const CallMarkers token = resolve_markers(tokenizer, "token");
  const std::vector<TokenId> ids = result_ids(tokenizer, token, "</API>", "");
  EXPECT_EQ(std::count(ids.begin(), ids.end(), 2), 1);  // the one that closes
  EXPECT_EQ(ids.back(), 2);
}

}  // namespace
}  // namespace toolformer::decode
