// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/tokenizer_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "text/tokenizer_cases.h"
#include "toolformer/base/error.h"

namespace toolformer::text {
namespace {

TEST(Fingerprint, ChangesWithEverythingThatDecidesAboutIds) {
  const TokenizerSpec spec = read_tokenizer_spec(fixture("gpt2"));
  const std::string original = fingerprint_of(spec);
  EXPECT_EQ(original, load_tokenizer(fixture("gpt2"))->fingerprint());
  EXPECT_EQ(original.size(), 64u);
  const auto changed = [&](auto change) {
    TokenizerSpec other = spec;
    change(other);
    return fingerprint_of(other);
  };
  EXPECT_NE(original, changed([](auto& s) { s.pieces[300].text += "x"; }));
  EXPECT_NE(original, changed([](auto& s) { std::swap(s.merges[0], s.merges[1]); }));
  EXPECT_NE(original, changed([](auto& s) { s.normalizer = {{"type", "NFC"}}; }));
  EXPECT_NE(original, changed([](auto& s) { s.pre_tokenizer = nullptr; }));
  EXPECT_NE(original, changed([](auto& s) { s.eos.clear(); }));
  EXPECT_NE(original, changed([](auto& s) { s.adds_bos = true; }));
  EXPECT_NE(original, changed([](auto& s) { s.match_rules.clear(); }));
  EXPECT_NE(original, changed([](auto& s) { s.pieces[300].kind = PieceKind::kControl; }));
}

TEST(WithControlTokens, AppendsPadsAndKeepsWhatExists) {
  const auto tokenizer = load_tokenizer(fixture("gpt2"));
  const auto extended = with_control_tokens(*tokenizer, {"<API>", "<|endoftext|>", "</API>"}, 610);
  EXPECT_EQ(extended->size(), 610u);
  EXPECT_EQ(extended->find("<API>"), 602);
  EXPECT_EQ(extended->find("</API>"), 603);
  EXPECT_TRUE(extended->is_control(602));
  EXPECT_EQ(extended->ids("<API> x"), tokenizer->ids("<API> x"));
  EXPECT_THROW(with_control_tokens(*tokenizer, {"a"}), base::DataError);
  EXPECT_THROW(with_control_tokens(*tokenizer, {"<API>"}, 10), base::DataError);
}

}  // namespace
}  // namespace toolformer::text
