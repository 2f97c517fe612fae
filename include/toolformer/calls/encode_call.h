// SPDX-License-Identifier: Apache-2.0
// A call as token ids: the one rule by which calls are scored, trained and, when a model generates,
// put in line. The parts are joined by ids, never tokenised across a seam:
//
//   token form   <API> | tool(input) | -> | result | </API>    the markers are one control token
//                                                              each, which no text can produce
//   text form    ` [` | `tool(input) ->` | ` result]`          the open marker is the token that
//                                                              p(open marker) was asked for
//
// In the text form the arrow's last space goes with the result (" 0" is often one token), and so
// does the close marker (".]" may be one). The seam is where generation stops to run the tool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "toolformer/calls/call_markers.h"
#include "toolformer/calls/call_syntax.h"
#include "toolformer/text/tokenizer.h"

namespace toolformer::calls {

/// What a token of a text with calls belongs to; the markers count as call. Also the index of its
/// loss in the metrics.
enum class TokenRole : std::uint8_t { kText = 0, kCall = 1, kResult = 2 };
inline constexpr std::size_t kTokenRoles = 3;

struct LabelledTokens {
  std::vector<text::TokenId> ids;
  std::vector<TokenRole> roles;  ///< [ids]

  void append(const std::vector<text::TokenId>& more, TokenRole role);
  void append(const LabelledTokens& more);
};

/// `open tool(input) arrow result close`. `call` has a result, which may be empty. Throws DataError
/// for a tool whose name is_tool_name denies.
LabelledTokens encode_call(const text::Tokenizer& tokenizer, const CallMarkers& markers,
                           const WrittenCall& call);

/// The tokens of encode_call() behind the arrow's last visible byte. `missing` is text that is
/// still owed before them (the end of an arrow whose token had to be taken back). A token across
/// the close marker counts as call.
LabelledTokens encode_result(const text::Tokenizer& tokenizer, const CallMarkers& markers,
                             std::string_view result, std::string_view missing = "");

}  // namespace toolformer::calls
