// SPDX-License-Identifier: Apache-2.0
// The call markers as a model sees them. Text form: ordinary strings, what a base model can be
// shown in a prompt. Token form: three control tokens that fine-tuning adds, <API>, </API> and ->,
// which no text can ever produce. Most vocabularies hold an ordinary piece "->" already, and a
// vocabulary cannot hold a text twice: there the arrow is the control token <API->, so that "->" in
// a document stays what it is.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "toolformer/base/enum_names.h"
#include "toolformer/calls/call_syntax.h"
#include "toolformer/text/tokenizer.h"

namespace toolformer::calls {

/// As a user asks for it; auto: the token form when the tokenizer has all three control tokens.
enum class MarkerChoice { kAuto, kText, kToken };
constexpr base::Names<3> names_of(MarkerChoice /*type*/) {
  return {"auto", "text", "token"};
}

/// How the token form is written out, whatever its arrow is called in the vocabulary.
inline const Markers kTokenMarkers = {"<API>", "</API>", "->"};

/// How calls are opened, recognised and closed. The text form needs no ids to write a call; what
/// reads one as it is generated takes `open` from resolve_markers().
struct CallMarkers {
  MarkerForm form = MarkerForm::kText;
  Markers written;  ///< as strings
  std::optional<text::TokenId> open;
  std::optional<text::TokenId> close, arrow;  ///< token form only
};

std::optional<text::TokenId> find_control_token(const text::Tokenizer& tokenizer,
                                                std::string_view name);

/// The names of the control tokens in this vocabulary, whether they are there or have to be added.
Markers token_marker_names(const text::Tokenizer& tokenizer);

/// `text_markers` is what the text form is written with. Throws UsageError, with the remedy, when
/// the choice does not fit the tokenizer: the text form needs an open marker of exactly one token.
CallMarkers resolve_markers(const text::Tokenizer& tokenizer, MarkerChoice choice,
                            const Markers& text_markers = {});

/// The one token that opens a call of the text form, the one whose probability decides where calls
/// stand. Throws UsageError that shows the tokens when there are several.
text::TokenId open_marker_token(const text::Tokenizer& tokenizer, const Markers& markers);

/// The text of ids with the token form's markers written out.
std::string spell(const text::Tokenizer& tokenizer, const CallMarkers& markers,
                  std::span<const text::TokenId> ids);

}  // namespace toolformer::calls
