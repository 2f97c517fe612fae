// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/tokenizer_spec.h"

#include <algorithm>
#include <unordered_set>

#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"
#include "toolformer/formats/gguf.h"
#include "toolformer/text/bpe_tokenizer.h"
#include "toolformer/text/gguf_tokenizer.h"
#include "toolformer/text/hugging_face_tokenizer.h"
#include "toolformer/text/sentencepiece_tokenizer.h"

namespace toolformer::text {

namespace {

using base::throw_error;

/// Takes values so that no two different sequences of them give the same bytes.
class Fingerprint {
 public:
  void add(std::string_view bytes) {
    const std::uint64_t size = bytes.size();
    hash_.update({reinterpret_cast<const char*>(&size), sizeof(size)});
    hash_.update(bytes);
  }
  void add(std::int64_t number) {
    hash_.update({reinterpret_cast<const char*>(&number), sizeof(number)});
  }
  void add(std::optional<TokenId> id) { add(std::int64_t{id.value_or(-1)}); }
  std::string hex() const { return hash_.hex(); }

 private:
  base::Sha256 hash_;
};

void check_id(TokenId id, std::size_t size, const char* what, const std::string& origin) {
  if (id < 0 || static_cast<std::size_t>(id) >= size) {
    throw_error<base::DataError>("{}: {} has id {}, but the vocabulary has {} pieces", origin, what,
                                 id, size);
  }
}

void check_ids(const TokenizerSpec& spec, const std::string& origin) {
  const std::size_t size = spec.pieces.size();
  if (spec.bos) check_id(*spec.bos, size, "the begin-of-text token", origin);
  if (spec.pad) check_id(*spec.pad, size, "the padding token", origin);
  if (spec.unknown) check_id(*spec.unknown, size, "the unknown token", origin);
  for (const TokenId id : spec.eos) check_id(id, size, "an end-of-text token", origin);
  for (const MatchRule& rule : spec.match_rules) check_id(rule.id, size, "an added token", origin);
  for (const Merge& merge : spec.merges) {
    check_id(merge.left, size, "a merge", origin);
    check_id(merge.right, size, "a merge", origin);
    check_id(merge.result, size, "a merge", origin);
  }
}

}  // namespace

TokenizerSpec read_tokenizer_spec(const std::filesystem::path& model) {
  if (std::filesystem::is_directory(model)) return read_hugging_face_tokenizer(model);
  if (!std::filesystem::exists(model)) {
    throw_error<base::DataError>("{}: there is no such model file or directory", model.string());
  }
  return read_gguf_tokenizer(formats::GgufFile(model));
}

std::unique_ptr<Tokenizer> make_tokenizer(TokenizerSpec spec, const std::string& origin) {
  check_ids(spec, origin);
  if (spec.is_sentencepiece())
    return std::make_unique<SentencePieceTokenizer>(std::move(spec), origin);
  return std::make_unique<BpeTokenizer>(std::move(spec), origin);
}

std::string fingerprint_of(const TokenizerSpec& spec) {
  Fingerprint hash;
  hash.add("toolformer tokenizer 1");
  hash.add(static_cast<std::int64_t>(spec.algorithm));
  for (const Piece& piece : spec.pieces) {
    hash.add(piece.text);
    hash.add(static_cast<std::int64_t>(piece.kind));
    hash.add({reinterpret_cast<const char*>(&piece.score), sizeof(piece.score)});
  }
  for (const Merge& merge : spec.merges) {
    hash.add(std::int64_t{merge.left});
    hash.add(std::int64_t{merge.right});
  }
  for (const MatchRule& rule : spec.match_rules) {
    const Piece& piece = spec.pieces[static_cast<std::size_t>(rule.id)];
    if (piece.kind == PieceKind::kControl) continue;
    hash.add(std::int64_t{rule.id});
    hash.add(rule.after_normalization | rule.strip_left << 1 | rule.strip_right << 2 |
             rule.single_word << 3 | (rule.single_word && piece.outside) << 4);
  }
  hash.add(spec.ignore_merges | spec.byte_fallback << 1 | spec.fuse_unknown << 2 |
           spec.unknown_in_text << 3 | spec.dummy_prefix << 4 | spec.remove_extra_whitespaces << 5 |
           spec.adds_bos << 6);
  hash.add(spec.normalizer.dump());
  hash.add(spec.pre_tokenizer.dump());
  hash.add(spec.charsmap);
  hash.add(spec.bos);
  hash.add(spec.unknown);
  for (const TokenId id : spec.eos) hash.add(std::int64_t{id});
  return hash.hex();
}

std::unique_ptr<Tokenizer> with_control_tokens(const Tokenizer& tokenizer,
                                               const std::vector<std::string>& tokens,
                                               std::size_t pad_to) {
  if (tokenizer.spec() == nullptr)
    throw std::logic_error("with_control_tokens: a tokenizer without a description");
  TokenizerSpec spec = *tokenizer.spec();
  for (const std::string& token : tokens) {
    const auto id = tokenizer.find(token);
    if (id && tokenizer.is_control(*id)) continue;
    if (id) {
      throw_error<base::DataError>(
          "the control token '{}' is an ordinary piece of this tokenizer already (id {})", token,
          *id);
    }
    spec.pieces.push_back({token, 0, PieceKind::kControl});
  }
  if (pad_to != 0 && pad_to < spec.pieces.size()) {
    throw_error<base::DataError>("the tokenizer has {} ids, more than the {} it is to be padded to",
                                 spec.pieces.size(), pad_to);
  }
  while (spec.pieces.size() < pad_to) {
    spec.pieces.push_back(
        {fmt::format("<|unused_{}|>", spec.pieces.size()), 0, PieceKind::kUnused});
  }
  return make_tokenizer(std::move(spec), "the extended tokenizer");
}

}  // namespace toolformer::text
