// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/call_tokens.h"

#include <string>
#include <string_view>

namespace toolformer::finetune {

void LabelledTokens::append(const std::vector<text::TokenId>& more, TokenRole role) {
  ids.insert(ids.end(), more.begin(), more.end());
  roles.insert(roles.end(), more.size(), role);
}

void LabelledTokens::append(const LabelledTokens& more) {
  ids.insert(ids.end(), more.ids.begin(), more.ids.end());
  roles.insert(roles.end(), more.roles.begin(), more.roles.end());
}

LabelledTokens call_tokens(const text::Tokenizer& tokenizer, const CallMarkers& markers,
                           const record::Call& call) {
  const calls::Markers& written = markers.written;
  // The printer escapes; what it printed is cut at the markers, which stand at known places.
  const std::string head = calls::call_until_arrow(written, {call.tool, call.input, std::nullopt});
  const std::string printed = calls::print_call(written, {call.tool, call.input, call.result});
  const std::string_view tail = std::string_view(printed).substr(head.size());
  const std::string_view result = tail.substr(0, tail.size() - written.close.size());
  std::string_view body = std::string_view(head).substr(written.open.size());

  LabelledTokens tokens;
  if (markers.ids) {
    body.remove_suffix(written.arrow.size());
    tokens.append({markers.ids->open}, TokenRole::kCall);
    tokens.append(tokenizer.continuation_ids(body), TokenRole::kCall);
    tokens.append({markers.ids->arrow}, TokenRole::kCall);
    tokens.append(tokenizer.continuation_ids(result), TokenRole::kResult);
    tokens.append({markers.ids->close}, TokenRole::kCall);
    return tokens;
  }
  // The arrow's last space goes with the result (" 0" is one token), and result and close marker
  // are one text: so the ids are those that stand there when a program puts a result in line.
  const std::size_t space = body.ends_with(' ') ? 1 : 0;
  body.remove_suffix(space);
  tokens.append(tokenizer.continuation_ids(written.open), TokenRole::kCall);
  tokens.append(tokenizer.continuation_ids(body), TokenRole::kCall);
  const std::string rest = std::string(space, ' ').append(tail);
  for (const text::Token& token : tokenizer.encode_continuation(rest)) {
    const bool inside = token.end <= space + result.size();
    tokens.append({token.id}, inside ? TokenRole::kResult : TokenRole::kCall);
  }
  return tokens;
}

}  // namespace toolformer::finetune
