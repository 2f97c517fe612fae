// SPDX-License-Identifier: Apache-2.0
#include "toolformer/calls/call_markers.h"

#include <gtest/gtest.h>

#include "decode/scripted_model.h"
#include "fake/table_language_model.h"
#include "toolformer/base/error.h"

namespace toolformer::calls {
namespace {

using fake::PieceTokenizer;
using text::TokenId;

const std::vector<std::string> kPieces = {"<eos>", "<API>", "</API>", "->", " [", "]", "2"};

TEST(CallMarkers, AutoTakesTheTokenFormWhenAllThreeAreControlTokens) {
  const PieceTokenizer added(kPieces, 4);
  const CallMarkers markers = resolve_markers(added, MarkerChoice::kAuto);
  EXPECT_EQ(markers.form, MarkerForm::kToken);
  EXPECT_EQ(markers.open, 1);
  EXPECT_EQ(markers.close, 2);
  EXPECT_EQ(markers.arrow, 3);
}

TEST(CallMarkers, AnOrdinaryArrowIsNoTokenMarker) {
  const PieceTokenizer plain(kPieces, 3);  // "->" is an ordinary piece, as in many vocabularies
  EXPECT_EQ(resolve_markers(plain, MarkerChoice::kAuto).form, MarkerForm::kText);
  EXPECT_THROW(resolve_markers(plain, MarkerChoice::kToken), base::UsageError);
  EXPECT_EQ(token_marker_names(plain).arrow, "<API->");
  const PieceTokenizer tuned({"<eos>", "<API>", "</API>", "<API->", " [", "]", "->", "2"}, 4);
  const CallMarkers markers = resolve_markers(tuned, MarkerChoice::kAuto);
  EXPECT_EQ(markers.arrow, 3);
  EXPECT_EQ(markers.written.arrow, "->");
}

TEST(CallMarkers, TextFormCanBeAskedFor) {
  const CallMarkers markers = resolve_markers(PieceTokenizer(kPieces, 4), MarkerChoice::kText);
  EXPECT_EQ(markers.form, MarkerForm::kText);
  EXPECT_EQ(markers.open, 4);
  EXPECT_FALSE(markers.close);
}

TEST(CallMarkers, AnOpenMarkerOfSeveralTokensIsRefusedWithARemedy) {
  const PieceTokenizer split({"<eos>", " ", "[", "]"}, 1);
  try {
    resolve_markers(split, MarkerChoice::kAuto);
    FAIL() << "two tokens were accepted";
  } catch (const base::UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("is 2 tokens"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("--markers token"), std::string::npos);
  }
}

TEST(CallMarkers, TheOpenMarkerMustBeOneToken) {
  const fake::TableTokenizer tokenizer(fake::call_pieces());
  EXPECT_EQ(open_marker_token(tokenizer, {}), *tokenizer.find(" ["));
  EXPECT_THROW(open_marker_token(tokenizer, {.open = " {"}), base::UsageError);
  EXPECT_THROW(open_marker_token(tokenizer, {.open = ""}), base::UsageError);
}

TEST(CallMarkers, SpellWritesControlMarkersOut) {
  const PieceTokenizer tokenizer(kPieces, 4);
  const std::vector<TokenId> ids = {6, 1, 6, 3, 6, 2, 6};
  EXPECT_EQ(spell(tokenizer, resolve_markers(tokenizer, MarkerChoice::kToken), ids),
            "2<API>2->2</API>2");
  EXPECT_EQ(spell(tokenizer, resolve_markers(tokenizer, MarkerChoice::kText), ids), "2222");
}

}  // namespace
}  // namespace toolformer::calls
