// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/sentencepiece_tokenizer.h"

#include <sentencepiece_processor.h>

#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"
#include "toolformer/text/sentencepiece_model.h"

namespace toolformer::text {

namespace {

std::unique_ptr<sentencepiece::SentencePieceProcessor> make_processor(const TokenizerSpec& spec,
                                                                      const std::string& origin) {
  auto processor = std::make_unique<sentencepiece::SentencePieceProcessor>();
  const auto status = processor->LoadFromSerializedProto(serialize_sentencepiece_model(spec));
  if (!status.ok()) {
    base::throw_error<base::DataError>("{}: SentencePiece refuses the model: {}", origin,
                                       status.ToString());
  }
  return processor;
}

}  // namespace

SentencePieceTokenizer::SentencePieceTokenizer(TokenizerSpec spec, const std::string& origin)
    : VocabularyTokenizer(std::move(spec), origin) {
  check_sentencepiece_spec(spec_, origin);
  processor_ = make_processor(spec_, origin);
  if (spec_.dummy_prefix) {
    const bool prefix = std::exchange(spec_.dummy_prefix, false);
    continuation_ = make_processor(spec_, origin);
    spec_.dummy_prefix = prefix;
  }
}

SentencePieceTokenizer::~SentencePieceTokenizer() = default;

std::vector<Token> SentencePieceTokenizer::encode(std::string_view text) const {
  return run(*processor_, text);
}

std::vector<Token> SentencePieceTokenizer::encode_continuation(std::string_view text) const {
  return run(continuation_ ? *continuation_ : *processor_, text);
}

/// The library gives all bytes of a character that fell back to byte pieces to the last of these.
void SentencePieceTokenizer::spread_byte_pieces(std::vector<Token>& tokens) const {
  const auto is_byte = [&](const Token& token) {
    return spec_.pieces[static_cast<std::size_t>(token.id)].kind == PieceKind::kByte;
  };
  for (std::size_t i = 0, last = 0; i < tokens.size(); i = last + 1) {
    last = i;
    while (last + 1 < tokens.size() && tokens[last].end == tokens[last].begin &&
           is_byte(tokens[last]) && is_byte(tokens[last + 1])) {
      ++last;
    }
    const std::size_t count = last - i + 1, end = tokens[last].end;
    if (count == 1 || end - tokens[last].begin != count) continue;
    for (std::size_t k = 0; k < count; ++k) tokens[i + k].begin = end - count + k;
  }
}

std::vector<Token> SentencePieceTokenizer::run(
    const sentencepiece::SentencePieceProcessor& processor, std::string_view text) const {
  if (const auto at = base::find_invalid_utf8(text)) {
    base::throw_error<base::DataError>("byte {} of a text of {} bytes is not valid UTF-8", *at,
                                       text.size());
  }
  sentencepiece::ImmutableSentencePieceText result;
  const auto status = processor.Encode(text, result.mutable_proto());
  if (!status.ok()) {
    base::throw_error<base::DataError>("SentencePiece refuses a text of {} bytes: {}", text.size(),
                                       status.ToString());
  }
  std::vector<Token> tokens;
  tokens.reserve(result.pieces_size());
  for (std::size_t i = 0; i < result.pieces_size(); ++i) {
    const auto piece = result.pieces(static_cast<int>(i));
    tokens.push_back({static_cast<TokenId>(piece.id()), piece.begin(), piece.end()});
  }
  spread_byte_pieces(tokens);
  for (std::size_t i = 0; i < tokens.size();
       ++i) {  // what normalisation dropped goes to the token before it
    if (i == 0) tokens[i].begin = 0;
    tokens[i].end = i + 1 < tokens.size() ? tokens[i + 1].begin : text.size();
  }
  return tokens;
}

}  // namespace toolformer::text
