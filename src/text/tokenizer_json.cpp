// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_map>

#include "toolformer/base/error.h"
#include "toolformer/text/tokenizer_export.h"
#include "toolformer/text/vocabulary.h"

namespace toolformer::text {

namespace {

using nlohmann::ordered_json;
using Algorithm = TokenizerSpec::Algorithm;

bool is_added(PieceKind kind) {
  return kind != PieceKind::kNormal && kind != PieceKind::kByte;
}

/// The name an id has in the file: the gaps of a vocabulary get one, because every id needs its
/// own.
std::string name_of(const TokenizerSpec& spec, std::size_t id) {
  return spec.pieces[id].text.empty() ? fmt::format("<|unused_{}|>", id) : spec.pieces[id].text;
}

ordered_json added_tokens(const TokenizerSpec& spec) {
  std::unordered_map<TokenId, MatchRule> rules;
  for (const MatchRule& rule : spec.match_rules) rules.emplace(rule.id, rule);
  ordered_json list = ordered_json::array();
  for (std::size_t i = 0; i < spec.pieces.size(); ++i) {
    const PieceKind kind = spec.pieces[i].kind;
    if (!is_added(kind)) continue;
    const auto found = rules.find(static_cast<TokenId>(i));
    const MatchRule rule = found == rules.end() ? MatchRule{} : found->second;
    list.push_back({{"id", i},
                    {"content", name_of(spec, i)},
                    {"single_word", rule.single_word},
                    {"lstrip", rule.strip_left},
                    {"rstrip", rule.strip_right},
                    {"normalized", rule.after_normalization},
                    {"special", kind != PieceKind::kUserDefined}});
  }
  return list;
}

ordered_json replacement(std::string_view from, std::string_view to) {
  return {{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
}

ordered_json normalizer(const TokenizerSpec& spec) {
  if (!spec.is_sentencepiece()) return ordered_json(spec.normalizer);
  const ordered_json symbols = replacement(" ", kSpaceSymbol);
  if (!spec.dummy_prefix) return symbols;
  const ordered_json prefix = {{"type", "Prepend"}, {"prepend", kSpaceSymbol}};
  return {{"type", "Sequence"}, {"normalizers", ordered_json::array({prefix, symbols})}};
}

ordered_json decoder(const TokenizerSpec& spec) {
  if (spec.algorithm == Algorithm::kByteLevelBpe) {
    return {{"type", "ByteLevel"},
            {"add_prefix_space", true},
            {"trim_offsets", true},
            {"use_regex", true}};
  }
  ordered_json steps = ordered_json::array(
      {replacement(kSpaceSymbol, " "), {{"type", "ByteFallback"}}, {{"type", "Fuse"}}});
  if (has_prefix(spec))
    steps.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
  return {{"type", "Sequence"}, {"decoders", steps}};
}

ordered_json post_processor(const TokenizerSpec& spec) {
  if (!spec.adds_bos || !spec.bos) return nullptr;
  const std::string bos = name_of(spec, static_cast<std::size_t>(*spec.bos));
  const auto token = [&](int type) {
    return ordered_json{{"SpecialToken", {{"id", bos}, {"type_id", type}}}};
  };
  const auto text = [&](const char* id, int type) {
    return ordered_json{{"Sequence", {{"id", id}, {"type_id", type}}}};
  };
  return {{"type", "TemplateProcessing"},
          {"single", ordered_json::array({token(0), text("A", 0)})},
          {"pair", ordered_json::array({token(0), text("A", 0), token(1), text("B", 1)})},
          {"special_tokens", {{bos, {{"id", bos}, {"ids", {*spec.bos}}, {"tokens", {bos}}}}}}};
}

/// How many of the ids the model's own vocabulary has. A token that merges and words must not find
/// (a single word) stands behind it, and what comes behind such a token does too: the library
/// counts on from the size of the vocabulary.
std::size_t vocabulary_size(const TokenizerSpec& spec) {
  const auto& pieces = spec.pieces;
  for (const MatchRule& rule : spec.match_rules) {
    const auto at = static_cast<std::size_t>(rule.id);
    if (!rule.single_word || !pieces[at].outside) continue;
    std::size_t first = at;
    for (const MatchRule& other : spec.match_rules) {
      if (other.single_word && pieces[static_cast<std::size_t>(other.id)].outside)
        first = std::min(first, static_cast<std::size_t>(other.id));
    }
    for (std::size_t i = first; i < pieces.size(); ++i) {
      if (!is_added(pieces[i].kind))
        base::throw_error<base::DataError>(
            "the added token {} stands in front of ordinary pieces, which tokenizer.json has no "
            "place for",
            pieces[first].text);
    }
    return first;
  }
  return pieces.size();
}

/// The model object, written by hand: a JSON library's object of 500,000 members takes seconds.
std::string model_text(const TokenizerSpec& spec) {
  const bool sentencepiece = spec.is_sentencepiece();
  const bool unknown = (sentencepiece || spec.unknown_in_text) && spec.unknown;
  const ordered_json options = {
      {"type", "BPE"},
      {"dropout", nullptr},
      {"unk_token", unknown ? ordered_json(name_of(spec, static_cast<std::size_t>(*spec.unknown)))
                            : ordered_json()},
      {"continuing_subword_prefix", nullptr},
      {"end_of_word_suffix", nullptr},
      {"fuse_unk", sentencepiece || spec.fuse_unknown},
      {"byte_fallback", spec.byte_fallback},
      {"ignore_merges", spec.ignore_merges}};
  std::string out = options.dump();
  out.back() = ',';
  out += "\n    \"vocab\": {";
  std::vector<std::string> names(spec.pieces.size());
  const std::size_t inside = vocabulary_size(spec);
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i] = ordered_json(name_of(spec, i)).dump();
    if (i < inside) out += fmt::format("{}\n      {}: {}", i == 0 ? "" : ",", names[i], i);
  }
  out += "\n    },\n    \"merges\": [";
  bool first = true;
  for (const Merge& merge : sentencepiece ? merges_of_scores(spec.pieces) : spec.merges) {
    out += fmt::format("{}\n      [{}, {}]", first ? "" : ",",
                       names[static_cast<std::size_t>(merge.left)],
                       names[static_cast<std::size_t>(merge.right)]);
    first = false;
  }
  return out + "\n    ]\n  }";
}

}  // namespace

bool has_prefix(const TokenizerSpec& spec) {
  if (spec.is_sentencepiece()) return spec.dummy_prefix;
  const std::string steps = spec.normalizer.dump() + spec.pre_tokenizer.dump();
  return steps.find("\"Prepend\"") != std::string::npos ||
         (steps.find("\"Metaspace\"") != std::string::npos &&
          steps.find("\"never\"") == std::string::npos);
}

std::string tokenizer_json(const TokenizerSpec& spec) {
  if (spec.algorithm == Algorithm::kSentencePieceUnigram || !spec.charsmap.empty() ||
      spec.remove_extra_whitespaces) {
    base::throw_error<base::DataError>(
        "a SentencePiece tokenizer that is unigram or cleans its text cannot be written as "
        "tokenizer.json; use "
        "tokenizer.model");
  }
  const ordered_json before = {
      {"version", "1.0"},
      {"truncation", nullptr},
      {"padding", nullptr},
      {"added_tokens", added_tokens(spec)},
      {"normalizer", normalizer(spec)},
      {"pre_tokenizer",
       spec.is_sentencepiece() ? ordered_json() : ordered_json(spec.pre_tokenizer)},
      {"post_processor", post_processor(spec)},
      {"decoder", decoder(spec)}};
  std::string out = before.dump(2);
  out.resize(out.size() - 2);  // the closing "\n}" comes after the model
  return out + ",\n  \"model\": " + model_text(spec) + "\n}\n";
}

}  // namespace toolformer::text
