// SPDX-License-Identifier: Apache-2.0
#include "toolformer/calls/encode_call.h"

#include <string>

namespace toolformer::calls {

void LabelledTokens::append(const std::vector<text::TokenId>& more, TokenRole role) {
  ids.insert(ids.end(), more.begin(), more.end());
  roles.insert(roles.end(), more.size(), role);
}

void LabelledTokens::append(const LabelledTokens& more) {
  ids.insert(ids.end(), more.ids.begin(), more.ids.end());
  roles.insert(roles.end(), more.roles.begin(), more.roles.end());
}

LabelledTokens encode_call(const text::Tokenizer& tokenizer, const CallMarkers& markers,
                           const WrittenCall& call) {
  const std::string head = call_until_arrow(markers.written, call);
  std::string_view body = std::string_view(head).substr(markers.written.open.size());
  LabelledTokens tokens;
  if (markers.form == MarkerForm::kToken) {
    body.remove_suffix(markers.written.arrow.size());
    tokens.append({*markers.open}, TokenRole::kCall);
    tokens.append(tokenizer.continuation_ids(body), TokenRole::kCall);
    tokens.append({*markers.arrow}, TokenRole::kCall);
  } else {
    tokens.append(tokenizer.continuation_ids(markers.written.open), TokenRole::kCall);
    tokens.append(tokenizer.continuation_ids(body), TokenRole::kCall);
  }
  tokens.append(encode_result(tokenizer, markers, call.result.value()));
  return tokens;
}

LabelledTokens encode_result(const text::Tokenizer& tokenizer, const CallMarkers& markers,
                             std::string_view result, std::string_view missing) {
  std::string rest = std::string(missing) + call_after_arrow(markers.written, result);
  const std::size_t end = rest.size() - markers.written.close.size();
  if (markers.form == MarkerForm::kToken) rest.resize(end);
  LabelledTokens tokens;
  for (const text::Token& token : tokenizer.encode_continuation(rest)) {
    const bool inside = token.begin >= missing.size() && token.end <= end;
    tokens.ids.push_back(token.id);
    tokens.roles.push_back(inside ? TokenRole::kResult : TokenRole::kCall);
  }
  if (markers.form == MarkerForm::kToken) tokens.append({*markers.close}, TokenRole::kCall);
  return tokens;
}

}  // namespace toolformer::calls
