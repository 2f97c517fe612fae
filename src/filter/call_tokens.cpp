// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/call_tokens.h"

#include <string_view>

namespace toolformer::filter {

std::vector<text::TokenId> call_tokens(const text::Tokenizer& tokenizer,
                                       const calls::Markers& markers, const record::Call& call,
                                       const std::string& result) {
  const std::string printed = calls::print_call(markers, {call.tool, call.input, result});
  std::size_t split =
      calls::call_until_arrow(markers, {call.tool, call.input, std::nullopt}).size();
  while (split > markers.open.size() && printed[split - 1] == ' ') --split;
  const std::string_view whole = printed;
  std::vector<text::TokenId> ids = tokenizer.continuation_ids(markers.open);
  for (const std::string_view part :
       {whole.substr(markers.open.size(), split - markers.open.size()), whole.substr(split)}) {
    const std::vector<text::TokenId> more = tokenizer.continuation_ids(part);
    ids.insert(ids.end(), more.begin(), more.end());
  }
  return ids;
}

}  // namespace toolformer::filter
