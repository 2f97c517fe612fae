// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/gguf_tokenizer.h"

#include <spdlog/spdlog.h>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"
#include "toolformer/formats/byte_reader.h"
#include "toolformer/text/gguf_pre_tokenizers.h"
#include "toolformer/text/special_tokens.h"
#include "toolformer/text/vocabulary.h"

namespace toolformer::text {

namespace {

using base::DataError;
using base::throw_error;
using formats::GgufFile;
using Algorithm = TokenizerSpec::Algorithm;

std::vector<Piece> read_pieces(const GgufFile& file) {
  const std::string name = file.path().string();
  const auto* tokens = file.strings("tokenizer.ggml.tokens");
  const auto* types = file.integers("tokenizer.ggml.token_type");
  const auto* scores = file.numbers("tokenizer.ggml.scores");
  if (tokens == nullptr)
    throw_error<DataError>("{}: has no vocabulary (tokenizer.ggml.tokens)", name);
  const auto check_size = [&](const char* key, std::size_t size) {
    if (size != tokens->size()) {
      throw_error<DataError>("{}: {} has {} entries, but there are {} tokens", name, key, size,
                             tokens->size());
    }
  };
  if (types != nullptr) check_size("tokenizer.ggml.token_type", types->size());
  if (scores != nullptr) check_size("tokenizer.ggml.scores", scores->size());
  std::vector<Piece> pieces(tokens->size());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    pieces[i].text = (*tokens)[i];
    if (base::find_invalid_utf8(pieces[i].text)) {
      throw_error<DataError>("{}: token {} is not valid UTF-8: {}", name, i,
                             formats::printable(pieces[i].text));
    }
    if (scores != nullptr) pieces[i].score = static_cast<float>((*scores)[i]);
    const std::int64_t type = types == nullptr ? 1 : (*types)[i];
    if (type < 1 || type > 6)
      throw_error<DataError>("{}: token {} has type {}, not 1 to 6", name, i, type);
    pieces[i].kind = static_cast<PieceKind>(type);
  }
  return pieces;
}

std::optional<TokenId> read_id(const GgufFile& file, const char* key, std::size_t size) {
  const auto id = file.integer(key);
  if (!id) return std::nullopt;
  if (*id < 0 || static_cast<std::uint64_t>(*id) >= size) {
    throw_error<DataError>("{}: {} is {}, but there are {} tokens", file.path().string(), key, *id,
                           size);
  }
  return static_cast<TokenId>(*id);
}

void read_sentencepiece(const GgufFile& file, TokenizerSpec& spec) {
  if (file.numbers("tokenizer.ggml.scores") == nullptr) {
    throw_error<DataError>("{}: a SentencePiece vocabulary needs tokenizer.ggml.scores",
                           file.path().string());
  }
  spec.dummy_prefix = file.boolean("tokenizer.ggml.add_space_prefix").value_or(true);
  spec.remove_extra_whitespaces =
      file.boolean("tokenizer.ggml.remove_extra_whitespaces").value_or(false);
  if (const auto* charsmap = file.integers("tokenizer.ggml.precompiled_charsmap")) {
    for (const std::int64_t byte : *charsmap) spec.charsmap += static_cast<char>(byte);
  }
  for (Piece& piece : spec.pieces) {
    // Converters write the space of user-defined pieces as it is; SentencePiece knows only its
    // symbol.
    for (std::size_t at = 0; (at = piece.text.find(' ', at)) != std::string::npos;) {
      piece.text.replace(at, 1, kSpaceSymbol);
    }
    spec.byte_fallback = spec.byte_fallback || piece.kind == PieceKind::kByte;
    // Converters write the unknown piece as a control token: the id says which one it is.
    if (piece.kind == PieceKind::kUnknown) piece.kind = PieceKind::kControl;
  }
  merge_space_runs(spec);
  if (!spec.unknown) spec.unknown = 0;
  spec.pieces.at(static_cast<std::size_t>(*spec.unknown)).kind = PieceKind::kUnknown;
}

/// What tokenizer.ggml.pre names. A file without it is from before there was one: what its
/// vocabulary stands for is said, because it is a guess.
std::string pre_tokenizer_name(const GgufFile& file, const TokenizerSpec& spec) {
  const std::string name = file.string("tokenizer.ggml.pre").value_or("");
  if (!name.empty() && name != "default") return name;
  const std::string assumed = assumed_pre_tokenizer(spec.pieces);
  spdlog::warn(
      "{}: the pre-tokenizer is {} (tokenizer.ggml.pre); {} is assumed{}. If that is not the "
      "model's, text is cut into other tokens than in its training: use its Hugging Face "
      "directory, "
      "or a newer GGUF file",
      file.path().string(), name.empty() ? "missing" : "only called 'default'",
      assumed == "default" ? "llama.cpp's own cut" : "'" + assumed + "'",
      assumed == "default" ? "" : " by the size of the vocabulary and its special tokens");
  return assumed;
}

/// Whether text gets BOS in front where the file does not say so.
bool read_byte_level(const GgufFile& file, TokenizerSpec& spec) {
  const std::string name = file.path().string();
  const std::string pre = pre_tokenizer_name(file, spec);
  const auto known = gguf_pre_tokenizer(pre);
  if (!known) {
    throw_error<DataError>(
        "{}: the pre-tokenizer {} (tokenizer.ggml.pre) is not known; use the model's Hugging Face "
        "directory, whose "
        "tokenizer.json describes it",
        name, formats::printable(pre));
  }
  spec.pre_tokenizer = known->description;
  if (pre == "qwen2") spec.normalizer = {{"type", "NFC"}};
  spec.ignore_merges = known->ignore_merges;
  if (!known->has_bos) spec.bos.reset();
  const auto* merges = file.strings("tokenizer.ggml.merges");
  if (merges == nullptr)
    throw_error<DataError>("{}: a BPE vocabulary needs tokenizer.ggml.merges", name);
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  pairs.reserve(merges->size());
  for (const std::string_view merge : *merges) {
    const std::size_t space = merge.find(' ', 1);
    if (merge.empty() || space == std::string_view::npos) {
      throw_error<DataError>("{}: merge {} is no pair: {}", name, pairs.size(),
                             formats::printable(merge));
    }
    pairs.emplace_back(merge.substr(0, space), merge.substr(space + 1));
  }
  spec.merges = parse_merges(spec.pieces, pairs, name);
  for (std::size_t i = 0; i < spec.pieces.size(); ++i) {
    if (spec.pieces[i].kind == PieceKind::kUserDefined)
      spec.match_rules.push_back({static_cast<TokenId>(i)});
  }
  return known->adds_bos;
}

}  // namespace

TokenizerSpec read_gguf_tokenizer(const GgufFile& file) {
  TokenizerSpec spec;
  spec.pieces = read_pieces(file);
  const std::size_t size = spec.pieces.size();
  spec.bos = read_id(file, "tokenizer.ggml.bos_token_id", size);
  spec.unknown = read_id(file, "tokenizer.ggml.unknown_token_id", size);
  spec.pad = read_id(file, "tokenizer.ggml.padding_token_id", size);
  for (const char* key : {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id",
                          "tokenizer.ggml.eom_token_id"}) {
    if (const auto id = read_id(file, key, size)) spec.eos.push_back(*id);
  }
  const std::string model = file.string("tokenizer.ggml.model").value_or("");
  bool adds_bos = false;
  if (model == "llama" || model == "t5") {
    spec.algorithm =
        model == "llama" ? Algorithm::kSentencePieceBpe : Algorithm::kSentencePieceUnigram;
    adds_bos = model == "llama";
    read_sentencepiece(file, spec);
  } else if (model == "gpt2") {
    spec.algorithm = Algorithm::kByteLevelBpe;
    adds_bos = read_byte_level(file, spec);
  } else {
    throw_error<DataError>("{}: tokenizer.ggml.model is {}, only llama, t5 and gpt2 are supported",
                           file.path().string(), formats::printable(model));
  }
  spec.adds_bos = file.boolean("tokenizer.ggml.add_bos_token").value_or(adds_bos);
  // As llama.cpp, where a file does not say which token that is.
  if (spec.adds_bos && !spec.bos && model == "llama" && size > 1) spec.bos = 1;
  if (spec.adds_bos && !spec.bos) {
    spdlog::warn(
        "{}: text of this tokenizer begins with a special token, but "
        "tokenizer.ggml.bos_token_id does not say which: it gets none",
        file.path().string());
    spec.adds_bos = false;
  }
  spec.chat_template = file.string("tokenizer.chat_template").value_or("");
  if (const auto* names = file.strings("tokenizer.chat_templates")) {
    for (const std::string_view more : *names) {
      const auto text = file.string(fmt::format("tokenizer.chat_template.{}", more));
      if (text) spec.more_chat_templates.emplace(more, *text);
    }
  }
  complete_eos(spec);
  return spec;
}

}  // namespace toolformer::text
