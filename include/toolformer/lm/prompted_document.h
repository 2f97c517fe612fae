// SPDX-License-Identifier: Apache-2.0
// How a prompt and a document become one token sequence. tf-annotate and tf-filter both go through
// here, so the places one of them proposes are the places the other one scores. Parts are joined by
// ids, never tokenised again as a whole.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "toolformer/lm/language_model.h"
#include "toolformer/text/tokenizer.h"

namespace toolformer::lm {

/// Prefills what stands before every document: the tokenizer's start token, if it adds one, and the
/// prompt. An empty prompt gives the start token alone; the empty prefix when there is neither.
Prefix prefill_prompt(LanguageModel& model, std::string_view prompt);

/// The tokens of a document behind `prompt`: those of a continuation, or of a text that starts the
/// sequence when the prompt is empty (some tokenizers put a space before the first word of a text).
std::vector<text::Token> document_tokens(const text::Tokenizer& tokenizer,
                                         std::string_view document, std::string_view prompt);

std::vector<TokenId> token_ids(std::span<const text::Token> tokens);

/// Whether a call may be inserted before tokens[i]: the token stands for at least one byte and
/// begins on a character boundary of the text. The end of the text is no such place: nothing
/// follows that a call could help with.
bool is_call_place(std::string_view document, std::span<const text::Token> tokens, std::size_t i);

/// The token that begins at byte `at` and may follow a call; nullopt when there is none.
std::optional<std::size_t> find_call_place(std::string_view document,
                                           std::span<const text::Token> tokens, std::size_t at);

}  // namespace toolformer::lm
