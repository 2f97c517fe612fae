// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/tokenizer.h"

#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::text {

namespace {

std::vector<TokenId> ids_of(const std::vector<Token>& tokens) {
  std::vector<TokenId> ids;
  ids.reserve(tokens.size());
  for (const Token& token : tokens) ids.push_back(token.id);
  return ids;
}

}  // namespace

std::vector<TokenId> Tokenizer::start() const {
  const auto id = bos();
  return adds_bos() && id ? std::vector<TokenId>{*id} : std::vector<TokenId>{};
}

std::vector<TokenId> Tokenizer::ids(std::string_view text) const {
  return ids_of(encode(text));
}

std::vector<TokenId> Tokenizer::continuation_ids(std::string_view text) const {
  return ids_of(encode_continuation(text));
}

std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& model) {
  return make_tokenizer(read_tokenizer_spec(model), model.string());
}

}  // namespace toolformer::text
