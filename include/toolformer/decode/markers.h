// SPDX-License-Identifier: Apache-2.0
// The call markers as a model sees them. Text form: ordinary strings, what a base model can be
// shown in a prompt. Token form: three control tokens added by fine-tuning, which no text can ever
// produce.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/calls/call_syntax.h"
#include "toolformer/text/tokenizer.h"

namespace toolformer::decode {

using text::TokenId;

using calls::MarkerForm;

/// The control tokens of the token form, as written in the vocabulary.
inline const calls::Markers kTokenMarkers = {"<API>", "</API>", "->"};

/// How calls are opened, recognised and closed with one tokenizer.
struct CallMarkers {
  MarkerForm form = MarkerForm::kText;
  calls::Markers written;  ///< as the model writes them
  TokenId open = 0;
  std::optional<TokenId> close;  ///< token form only
  std::optional<TokenId> arrow;  ///< token form only
};

/// `choice`: auto (the token form when the tokenizer has all three control tokens) | text | token.
/// `text_markers` is what the text form is written with. Throws UsageError, with the remedy, when
/// the choice does not fit the tokenizer: the text form needs an open marker of exactly one token.
CallMarkers resolve_markers(const text::Tokenizer& tokenizer, std::string_view choice,
                            const calls::Markers& text_markers = {});

/// The text of ids with the token form's markers written out.
std::string spell(const text::Tokenizer& tokenizer, const CallMarkers& markers,
                  std::span<const TokenId> ids);

/// The ids that follow the arrow: the result, escaped as print_call does, and the close marker,
/// joined by ids as tf-finetune joins them. `missing` is text that is still owed before it (the end
/// of an arrow whose token had to be taken back).
std::vector<TokenId> result_ids(const text::Tokenizer& tokenizer, const CallMarkers& markers,
                                std::string_view result, std::string_view missing);

}  // namespace toolformer::decode
