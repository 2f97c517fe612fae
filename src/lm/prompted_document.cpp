// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/prompted_document.h"

#include <algorithm>

#include "toolformer/base/utf8.h"

namespace toolformer::lm {

Prefix prefill_prompt(LanguageModel& model, std::string_view prompt) {
  const text::Tokenizer& tokenizer = model.tokenizer();
  std::vector<TokenId> ids = tokenizer.start();
  const std::vector<TokenId> prompt_ids = tokenizer.ids(prompt);
  ids.insert(ids.end(), prompt_ids.begin(), prompt_ids.end());
  if (ids.empty()) return {};
  return model.extend({}, ids);
}

std::vector<text::Token> document_tokens(const text::Tokenizer& tokenizer,
                                         std::string_view document, std::string_view prompt) {
  return prompt.empty() ? tokenizer.encode(document) : tokenizer.encode_continuation(document);
}

std::vector<TokenId> token_ids(std::span<const text::Token> tokens) {
  std::vector<TokenId> ids;
  ids.reserve(tokens.size());
  for (const text::Token& token : tokens) ids.push_back(token.id);
  return ids;
}

bool is_call_place(std::string_view document, std::span<const text::Token> tokens, std::size_t i) {
  return i < tokens.size() && tokens[i].begin < tokens[i].end &&
         base::is_character_boundary(document, tokens[i].begin);
}

std::optional<std::size_t> find_call_place(std::string_view document,
                                           std::span<const text::Token> tokens, std::size_t at) {
  auto token =
      std::lower_bound(tokens.begin(), tokens.end(), at,
                       [](const text::Token& t, std::size_t byte) { return t.begin < byte; });
  for (; token != tokens.end() && token->begin == at; ++token) {
    const auto i = static_cast<std::size_t>(token - tokens.begin());
    if (is_call_place(document, tokens, i)) return i;
  }
  return std::nullopt;
}

}  // namespace toolformer::lm
