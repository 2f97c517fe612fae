// SPDX-License-Identifier: Apache-2.0
// Text <-> token ids with byte offsets. Text is data: no string of a document ever becomes a
// control token.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace toolformer::text {

using TokenId = std::int32_t;

struct TokenizerSpec;  // tokenizer_spec.h

/// A token and the bytes [begin, end) of the source text it stands for. Tokens of one text are in
/// order and cover it without holes; tokens inside one character (byte fallback, byte-level BPE)
/// may begin off a character boundary.
struct Token {
  TokenId id = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  /// Tokens of a text that starts a sequence (a SentencePiece dummy prefix applies). Never adds BOS
  /// or EOS.
  virtual std::vector<Token> encode(std::string_view text) const = 0;
  /// Tokens of a text that continues a sequence: the same, without any dummy prefix.
  virtual std::vector<Token> encode_continuation(std::string_view text) const = 0;
  /// Bytes that the ids stand for; control tokens give nothing. May cut a character when ids do.
  virtual std::string decode(std::span<const TokenId> ids) const = 0;

  virtual std::size_t size() const = 0;  ///< ids are 0 .. size() - 1
  virtual std::optional<TokenId> bos() const = 0;
  virtual std::vector<TokenId> eos() const = 0;  ///< every id that ends a text
  virtual bool adds_bos() const = 0;             ///< whether a sequence starts with bos()
  /// The id whose vocabulary entry is exactly this (control tokens included), if any.
  virtual std::optional<TokenId> find(std::string_view piece) const = 0;
  virtual bool is_control(TokenId id) const = 0;
  virtual std::string fingerprint() const = 0;  ///< SHA-256 of the vocabulary and its settings
  /// What it was built from; null for a tokenizer that cannot be exported.
  virtual const TokenizerSpec* spec() const { return nullptr; }

  // Conveniences over the above.
  std::vector<TokenId> start() const;                                  ///< {bos} or nothing
  std::vector<TokenId> ids(std::string_view text) const;               ///< of encode
  std::vector<TokenId> continuation_ids(std::string_view text) const;  ///< of encode_continuation
};

/// From a Hugging Face directory (tokenizer.json or tokenizer.model, tokenizer_config.json) or a
/// GGUF file.
std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& model);

}  // namespace toolformer::text
