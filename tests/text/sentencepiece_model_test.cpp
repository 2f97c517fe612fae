// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/sentencepiece_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "text/tokenizer_cases.h"
#include "toolformer/base/error.h"

namespace toolformer::text {
namespace {

using testing::HasSubstr;

TokenizerSpec good() {
  return parse_sentencepiece_model(fake::read_bytes(fixture("unigram") / "tokenizer.model"),
                                   "here");
}

std::string error_of(const TokenizerSpec& spec) {
  return fake::refusal<base::DataError>([&] { make_tokenizer(spec, "here"); });
}

/// After piece `id` was replaced.
std::string error_with(std::size_t id, const Piece& piece) {
  TokenizerSpec spec = good();
  spec.pieces.at(id) = piece;
  return error_of(spec);
}

TEST(SentencePieceModel, ReadsWhatItWrote) {
  for (const char* name : {"llama2", "unigram"}) {
    const TokenizerSpec spec =
        parse_sentencepiece_model(fake::read_bytes(fixture(name) / "tokenizer.model"), "here");
    const TokenizerSpec again =
        parse_sentencepiece_model(serialize_sentencepiece_model(spec), "here");
    EXPECT_EQ(spec.pieces.size(), 600u);
    EXPECT_EQ(spec.bos, 1);
    EXPECT_EQ(spec.unknown, 0);
    EXPECT_EQ(spec.charsmap.empty(), std::string(name) == "llama2");
    EXPECT_EQ(fingerprint_of(spec), fingerprint_of(again));
  }
}

TEST(SentencePieceModel, RefusesPiecesThatLie) {
  EXPECT_EQ(error_of(good()), "accepted");
  EXPECT_THAT(error_with(400, {""}), HasSubstr("piece 400 ('') is empty"));
  EXPECT_THAT(error_with(400, {std::string(1025, 'a')}), HasSubstr("more than 1024 bytes"));
  EXPECT_THAT(error_with(400, {"\xff"}), HasSubstr("not valid UTF-8"));
  EXPECT_THAT(error_with(400, {std::string("a\0b", 3)}), HasSubstr("zero byte"));
  EXPECT_THAT(error_with(400, {"zzz", std::nanf("")}), HasSubstr("no number"));
  EXPECT_THAT(error_with(400, {"zzz", std::numeric_limits<float>::infinity()}),
              HasSubstr("no number"));
  EXPECT_THAT(error_with(400, good().pieces[401]), HasSubstr("pieces 400 and 401 are both"));
  EXPECT_THAT(error_with(400, {"zzz", 0, PieceKind::kUnknown}), HasSubstr("2 unknown pieces"));
  EXPECT_THAT(error_with(0, {"zzz"}), HasSubstr("0 unknown pieces"));
  EXPECT_THAT(error_with(400, {"zzz", 0, PieceKind::kByte}), HasSubstr("not of the form"));
  EXPECT_THAT(error_with(10, {"zzz"}), HasSubstr("255 byte pieces"));
}

TEST(SentencePieceModel, RefusesNormaliserTablesThatPointOutside) {
  TokenizerSpec spec = good();
  ASSERT_GT(spec.charsmap.size(), 1028u);
  const auto with = [&](auto change) {
    TokenizerSpec changed = spec;
    change(changed.charsmap);
    return error_of(changed);
  };
  EXPECT_THAT(with([](std::string& map) { map.resize(3); }), HasSubstr("table of 3 bytes"));
  EXPECT_THAT(with([](std::string& map) { map[3] = '\x7f'; }), HasSubstr("says its trie has"));
  EXPECT_THAT(with([](std::string& map) { map[0] = 1; }), HasSubstr("says its trie has"));
  EXPECT_THAT(with([](std::string& map) { map.back() = 'x'; }), HasSubstr("zero byte"));
  EXPECT_THAT(with([](std::string& map) { map[7] = '\x7f', map[6] = '\xff'; }),
              HasSubstr("points to"));
  EXPECT_THAT(with([](std::string& map) { map[7] = '\xff', map[6] = '\xff'; }),
              HasSubstr("points to"));
}

TEST(SentencePieceModel, RefusesALeafThatIsNoValue) {
  TokenizerSpec spec = good();
  // The first unit with a leaf (bit 8): its leaf becomes a unit without the bit that marks values.
  for (std::size_t at = 8;; at += 4) {
    ASSERT_LT(at + 4, spec.charsmap.size());
    std::uint32_t unit = 0;
    std::memcpy(&unit, spec.charsmap.data() + at, 4);
    if ((unit >> 31) != 0 || (unit & 0x100u) == 0) continue;
    const std::size_t offset = (unit & 0x200u) != 0 ? (unit >> 10) << 8 : unit >> 10;
    const std::uint32_t leaf = 255u << 10 | 0xffu;  // itself harmless: it stays within its block
    std::memcpy(spec.charsmap.data() + 4 + 4 * (((at - 4) / 4) ^ offset), &leaf, 4);
    break;
  }
  EXPECT_THAT(error_of(spec), HasSubstr("points to 261375"));
}

TEST(SentencePieceModel, RefusesOtherKindsAndGarbage) {
  EXPECT_THROW(parse_sentencepiece_model("", "here"), base::DataError);
  EXPECT_THROW(parse_sentencepiece_model("{\"not\": \"a model\"}", "here"), base::DataError);
  EXPECT_THROW(parse_sentencepiece_model(std::string("\x12\x02\x18\x03"), "here"),
               base::DataError);  // a word model
  EXPECT_THROW(parse_sentencepiece_model(std::string("\x1a\x02\x28\x00", 4), "here"),
               base::DataError);
}

TEST(SentencePieceModel, SurvivesTruncationAndRandomDamage) {
  const std::string whole = fake::read_bytes(fixture("unigram") / "tokenizer.model");
  const auto load = [](const std::string& bytes) {
    try {
      const auto tokenizer = make_tokenizer(parse_sentencepiece_model(bytes, "here"), "here");
      for (const char* text : {"Hello ﬁne world\n", "日本 \u212b<tool>"}) tokenizer->encode(text);
      return true;
    } catch (const base::DataError&) {
      return false;
    }
  };
  EXPECT_TRUE(load(whole));
  for (std::size_t size = 0; size < whole.size(); size += 61) load(whole.substr(0, size));
  std::uint64_t state = 3;
  const auto random = [&] {
    return (state = state * 6364136223846793005u + 1442695040888963407u) >> 33;
  };
  int loaded = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string damaged = whole;
    for (std::uint64_t flips = 1 + random() % 3; flips > 0; --flips) {
      damaged[random() % damaged.size()] = static_cast<char>(random() & 0xff);
    }
    if (load(damaged)) ++loaded;
  }
  EXPECT_GT(loaded, 100);
}

}  // namespace
}  // namespace toolformer::text
