// SPDX-License-Identifier: Apache-2.0
// How a call is written as token ids: with the text markers as ordinary text, with the token
// markers as control tokens that no text can produce. Joined by ids, never re-tokenised, as the
// programs that generate do.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "toolformer/calls/call_syntax.h"
#include "toolformer/calls/marker_tokens.h"
#include "toolformer/record/document.h"
#include "toolformer/text/tokenizer.h"

namespace toolformer::finetune {

/// Which part of an example a token belongs to; also the index of its loss in the metrics.
enum class TokenRole : std::uint8_t { kText = 0, kCall = 1, kResult = 2 };
inline constexpr std::size_t kParts = 3;

struct LabelledTokens {
  std::vector<text::TokenId> ids;
  std::vector<TokenRole> roles;  ///< [ids]

  void append(const std::vector<text::TokenId>& more, TokenRole role);
  void append(const LabelledTokens& more);
};

struct CallMarkers {
  calls::Markers written;                  ///< the strings of the form
  std::optional<calls::MarkerTokens> ids;  ///< token form only
};

/// The tokens of `open tool(input) arrow result close`; the markers count as call, the result as
/// result.
LabelledTokens call_tokens(const text::Tokenizer& tokenizer, const CallMarkers& markers,
                           const record::Call& call);

}  // namespace toolformer::finetune
