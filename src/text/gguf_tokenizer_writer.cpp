// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/gguf_tokenizer_writer.h"

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "toolformer/base/error.h"
#include "toolformer/text/gguf_pre_tokenizers.h"
#include "toolformer/text/pre_tokenizer.h"
#include "toolformer/text/vocabulary.h"

namespace toolformer::text {
namespace {

using base::throw_error;
using formats::GgufEntry;
using Algorithm = TokenizerSpec::Algorithm;

/// Text on which the pre-tokenizers known by name differ from each other.
constexpr std::string_view kProbe =
    "Don't WE'LL 3.14159 12345678\n\n  a\tb   c \r\n x'S (mixed)CASE,\u00e9t\u00e9 \u65e5\u672c "
    "\ud55c\uad6d\uc5b4 \U0001F44D\U0001F3FD  ...!? <tag/>  \u00bd\u0663 _under_ $100,000.00\n "
    "\u00c9COLE \u0915\u094d\u0937\u093f ";

/// The name of the pre-tokenizer that cuts text as this one does.
std::string pre_tokenizer_name(const TokenizerSpec& spec) {
  constexpr std::array<const char*, 20> kNames = {
      "gpt-2",          "smollm",     "llama-bpe",   "dbrx",      "qwen2",
      "tekken",         "gpt-4o",     "deepseek-v3", "falcon",    "qwen35",
      "deepseek-coder", "bailingmoe", "viking",      "bloom",     "seed-coder",
      "jais-2",         "exaone-moe", "laguna",      "chameleon", "deepseek-llm"};
  const auto cut = [](const nlohmann::json& json) {
    std::vector<std::pair<std::size_t, std::size_t>> words;
    const PreTokenizer pre_tokenizer(json, "the tokenizer");
    if (!pre_tokenizer.only_cuts()) return words;  // as none of them
    for (const Span& word : pre_tokenizer.split(kProbe)) words.emplace_back(word.begin, word.end);
    return words;
  };
  const auto words = cut(spec.pre_tokenizer);
  for (const std::string name : kNames) {
    const auto known = gguf_pre_tokenizer(name);
    // llama.cpp takes a word that is a piece whole for some names alone.
    if (spec.ignore_merges == known->ignore_merges && words == cut(known->description)) return name;
  }
  throw_error<base::DataError>(
      "the tokenizer's pre-tokenizer cuts text as none of those that GGUF knows by name does ({}); "
      "use --to hf, which describes it in full",
      fmt::join(kNames, ", "));
}

std::string written(const Piece& piece, std::size_t id) {
  if (piece.text.empty()) return fmt::format("<|unused_{}|>", id);
  if (piece.kind != PieceKind::kUserDefined) return piece.text;
  // llama.cpp looks for user-defined pieces in the text as it stands.
  std::string text = piece.text;
  for (std::size_t at = 0; (at = text.find(kSpaceSymbol, at)) != std::string::npos;)
    text.replace(at, kSpaceSymbol.size(), 1, ' ');
  return text;
}

void add_pieces(const TokenizerSpec& spec, std::vector<GgufEntry>& entries) {
  std::vector<std::string> texts;
  std::vector<float> scores;
  std::vector<std::int32_t> types;
  for (const Piece& piece : spec.pieces) {
    texts.push_back(spec.is_sentencepiece() ? written(piece, texts.size())
                    : piece.text.empty()    ? fmt::format("<|unused_{}|>", texts.size())
                                            : piece.text);
    scores.push_back(piece.score);
    const PieceKind kind = piece.text.empty() ? PieceKind::kUnused : piece.kind;
    types.push_back(static_cast<std::int32_t>(kind));
  }
  entries.push_back({"tokenizer.ggml.tokens", std::move(texts)});
  if (spec.is_sentencepiece()) entries.push_back({"tokenizer.ggml.scores", std::move(scores)});
  entries.push_back({"tokenizer.ggml.token_type", std::move(types)});
}

void add_sentencepiece(const TokenizerSpec& spec, std::vector<GgufEntry>& entries) {
  const bool bpe = spec.algorithm == Algorithm::kSentencePieceBpe;
  entries.push_back({"tokenizer.ggml.model", std::string(bpe ? "llama" : "t5")});
  entries.push_back({"tokenizer.ggml.pre", std::string("default")});
  add_pieces(spec, entries);
  entries.push_back({"tokenizer.ggml.add_space_prefix", spec.dummy_prefix});
  entries.push_back({"tokenizer.ggml.remove_extra_whitespaces", spec.remove_extra_whitespaces});
  if (!spec.charsmap.empty()) {
    entries.push_back({"tokenizer.ggml.precompiled_charsmap",
                       std::vector<std::uint8_t>(spec.charsmap.begin(), spec.charsmap.end())});
  }
}

void add_byte_level(const TokenizerSpec& spec, std::vector<GgufEntry>& entries) {
  const std::string pre = pre_tokenizer_name(spec);
  if (!spec.normalizer.is_null()) {
    if (spec.normalizer.value("type", "") != "NFC") {
      throw_error<base::DataError>(
          "the tokenizer's normaliser {} cannot be said in GGUF; use --to hf",
          spec.normalizer.dump());
    }
    spdlog::info("llama.cpp leaves out this tokenizer's NFC normalisation");
  }
  entries.push_back({"tokenizer.ggml.model", std::string("gpt2")});
  entries.push_back({"tokenizer.ggml.pre", pre});
  add_pieces(spec, entries);
  std::vector<std::string> merges;
  merges.reserve(spec.merges.size());
  const auto text = [&](TokenId id) { return spec.pieces[static_cast<std::size_t>(id)].text; };
  for (const Merge& merge : spec.merges)
    merges.push_back(text(merge.left) + " " + text(merge.right));
  entries.push_back({"tokenizer.ggml.merges", std::move(merges)});
}

/// GGUF says of a user-defined piece only that it is one.
void require_plain_rules(const TokenizerSpec& spec) {
  for (const MatchRule& rule : spec.match_rules) {
    const Piece& piece = spec.pieces[static_cast<std::size_t>(rule.id)];
    const char* flag = rule.strip_left    ? "lstrip"
                       : rule.strip_right ? "rstrip"
                       : rule.single_word ? "single_word"
                                          : nullptr;
    if (flag == nullptr || piece.kind == PieceKind::kControl) continue;
    throw_error<base::DataError>(
        "the added token '{}' (id {}) has {}, which GGUF has no word for; use --to hf", piece.text,
        rule.id, flag);
  }
}

}  // namespace

std::vector<GgufEntry> gguf_tokenizer_entries(const TokenizerSpec& spec) {
  require_plain_rules(spec);
  std::vector<GgufEntry> entries;
  if (spec.algorithm == Algorithm::kByteLevelBpe) {
    add_byte_level(spec, entries);
  } else {
    add_sentencepiece(as_sentencepiece(spec), entries);
  }
  const auto add_id = [&](const char* key, std::optional<TokenId> id) {
    if (id) entries.push_back({key, static_cast<std::uint32_t>(*id)});
  };
  add_id("tokenizer.ggml.bos_token_id", spec.bos);
  constexpr std::array<const char*, 3> kEnds = {
      "tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"};
  for (std::size_t i = 0; i < std::min(kEnds.size(), spec.eos.size()); ++i)
    add_id(kEnds[i], spec.eos[i]);
  add_id("tokenizer.ggml.unknown_token_id", spec.unknown);
  add_id("tokenizer.ggml.padding_token_id", spec.pad);
  entries.push_back({"tokenizer.ggml.add_bos_token", spec.adds_bos});
  entries.push_back({"tokenizer.ggml.add_eos_token", false});
  if (!spec.chat_template.empty())
    entries.push_back({"tokenizer.chat_template", spec.chat_template});
  std::vector<std::string> names;
  for (const auto& [name, text] : spec.more_chat_templates) {
    names.push_back(name);
    entries.push_back({"tokenizer.chat_template." + name, text});
  }
  if (!names.empty()) entries.push_back({"tokenizer.chat_templates", std::move(names)});
  return entries;
}

}  // namespace toolformer::text
