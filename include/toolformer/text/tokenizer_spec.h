// SPDX-License-Identifier: Apache-2.0
// Everything that defines a tokenizer, wherever it was read from: what tokenizers are built,
// fingerprinted and exported from.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "toolformer/text/tokenizer.h"

namespace toolformer::text {

/// The numbers are those of SentencePiece's model file and of GGUF.
enum class PieceKind {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,      ///< never comes from text, decodes to nothing
  kUserDefined = 4,  ///< matched in text as it stands, before anything else
  kUnused = 5,       ///< an id without a use
  kByte = 6,         ///< "<0x0A>": one byte of a character that the vocabulary lacks
};

struct Piece {
  std::string text;  ///< as the vocabulary writes it: "Ġthe" (byte-level), "▁the" (SentencePiece)
  float score = 0;   ///< SentencePiece only
  PieceKind kind = PieceKind::kNormal;
  bool outside = false;  ///< not in the vocabulary that merges and words are looked up in
};

/// pieces[left] + pieces[right] = pieces[result]; its rank is its place in the list.
struct Merge {
  TokenId left = 0, right = 0, result = 0;
};

/// How a piece is matched in text (Hugging Face's "added tokens"). A control token that has a rule
/// takes its text away from other pieces, without becoming a token.
struct MatchRule {
  TokenId id = 0;
  bool after_normalization = false;
  bool strip_left = false, strip_right = false;  ///< takes the white space next to it along
  bool single_word = false;  ///< only where no character of a word stands next to it
};

struct TokenizerSpec {
  enum class Algorithm {
    kByteLevelBpe,          ///< merges over bytes (GPT-2, Llama 3, Qwen, SmolLM)
    kCharacterBpe,          ///< merges over characters, as Hugging Face stores SentencePiece's BPE
    kSentencePieceBpe,      ///< libsentencepiece, scores
    kSentencePieceUnigram,  ///< libsentencepiece, most likely segmentation
  };
  Algorithm algorithm = Algorithm::kByteLevelBpe;
  std::vector<Piece> pieces;  ///< index = id

  // The two BPE kinds.
  std::vector<Merge> merges;
  bool ignore_merges = false;    ///< a word that is a piece is taken whole
  bool byte_fallback = false;    ///< a character outside the vocabulary becomes kByte pieces
  bool fuse_unknown = false;     ///< neighbouring unknown characters become one unknown piece
  bool unknown_in_text = false;  ///< whether there is a piece for what cannot be encoded otherwise
  nlohmann::json normalizer;     ///< as in tokenizer.json; null: none
  nlohmann::json pre_tokenizer;  ///< as in tokenizer.json; null: none
  std::vector<MatchRule> match_rules;  ///< one per user-defined piece, and of control tokens

  // The two SentencePiece kinds.
  bool dummy_prefix = false;              ///< a space before the text
  bool remove_extra_whitespaces = false;  ///< loses bytes: decode gives the cleaned text
  std::string charsmap;  ///< the normaliser's compiled rules; empty: text stays as it is

  std::optional<TokenId> bos, unknown, pad;
  std::vector<TokenId>
      eos;  ///< the first is the one the model was given; then everything else that ends a text
  bool adds_bos = false;
  std::string chat_template;
  std::map<std::string, std::string> more_chat_templates;  ///< by name: "tool_use", "rag"
  nlohmann::json settings;  ///< what else tokenizer_config.json says; decides about no ids

  bool is_sentencepiece() const {
    return algorithm == Algorithm::kSentencePieceBpe ||
           algorithm == Algorithm::kSentencePieceUnigram;
  }
};

/// Reads a Hugging Face directory or a GGUF file. Throws DataError that names the file and the
/// unknown component.
TokenizerSpec read_tokenizer_spec(const std::filesystem::path& model);

/// `origin` stands in messages. Throws DataError when the description contradicts itself.
std::unique_ptr<Tokenizer> make_tokenizer(TokenizerSpec spec, const std::string& origin);

/// SHA-256 over everything that decides about ids.
std::string fingerprint_of(const TokenizerSpec& spec);

/// The same tokenizer with further control tokens behind the last id (what exists already keeps its
/// id), then unused ids up to `pad_to` (0: none), so that ids and embedding rows can be made to
/// agree.
std::unique_ptr<Tokenizer> with_control_tokens(const Tokenizer& tokenizer,
                                               const std::vector<std::string>& tokens,
                                               std::size_t pad_to = 0);

}  // namespace toolformer::text
