// SPDX-License-Identifier: Apache-2.0
// The call markers as control tokens of a vocabulary: <API>, </API> and ->. Most vocabularies hold
// an ordinary piece
// "->" already, and a vocabulary cannot hold a text twice: there the arrow is the control token
// <API->, so that "->" in a document stays what it is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "toolformer/text/tokenizer.h"

namespace toolformer::calls {

struct MarkerTokens {
  text::TokenId open = 0, close = 0, arrow = 0;
};

inline std::optional<text::TokenId> find_control_token(const text::Tokenizer& tokenizer,
                                                       const std::string& name) {
  const std::optional<text::TokenId> id = tokenizer.find(name);
  return id && tokenizer.is_control(*id) ? id : std::nullopt;
}

/// The names of the three in this vocabulary, whether they are there or have to be added: open,
/// close, arrow.
inline std::vector<std::string> marker_token_names(const text::Tokenizer& tokenizer) {
  const bool taken = tokenizer.find("->") && !find_control_token(tokenizer, "->");
  return {"<API>", "</API>", taken ? "<API->" : "->"};
}

/// Nothing unless the vocabulary has all three.
inline std::optional<MarkerTokens> find_marker_tokens(const text::Tokenizer& tokenizer) {
  const std::vector<std::string> names = marker_token_names(tokenizer);
  const auto open = find_control_token(tokenizer, names[0]);
  const auto close = find_control_token(tokenizer, names[1]);
  const auto arrow = find_control_token(tokenizer, names[2]);
  if (!open || !close || !arrow) return std::nullopt;
  return MarkerTokens{*open, *close, *arrow};
}

}  // namespace toolformer::calls
