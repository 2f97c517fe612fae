// SPDX-License-Identifier: Apache-2.0
#include "toolformer/decode/markers.h"

#include "toolformer/base/error.h"
#include "toolformer/calls/marker_tokens.h"

namespace toolformer::decode {
namespace {

std::optional<CallMarkers> token_form(const text::Tokenizer& tokenizer) {
  const auto ids = calls::find_marker_tokens(tokenizer);
  if (!ids) return std::nullopt;
  return CallMarkers{MarkerForm::kToken, kTokenMarkers, ids->open, ids->close, ids->arrow};
}

CallMarkers text_form(const text::Tokenizer& tokenizer, const calls::Markers& markers) {
  const std::vector<TokenId> open = tokenizer.continuation_ids(markers.open);
  if (open.size() != 1) {
    base::throw_error<base::UsageError>(
        "the open marker \"{}\" is {} tokens of this model, and a call can only be opened by one; "
        "choose another text marker, or fine-tune with --markers token",
        markers.open, open.size());
  }
  return {MarkerForm::kText, markers, open[0], {}, {}};
}

}  // namespace

CallMarkers resolve_markers(const text::Tokenizer& tokenizer, std::string_view choice,
                            const calls::Markers& text_markers) {
  if (choice != "text") {
    if (const auto markers = token_form(tokenizer)) return *markers;
  }
  if (choice == "token") {
    base::throw_error<base::UsageError>(
        "--markers token: the tokenizer has no control tokens \"{}\", \"{}\" and \"{}\"; "
        "fine-tune with tf-finetune --markers token, or use --markers text",
        kTokenMarkers.open, kTokenMarkers.close, kTokenMarkers.arrow);
  }
  return text_form(tokenizer, text_markers);
}

std::string spell(const text::Tokenizer& tokenizer, const CallMarkers& markers,
                  std::span<const TokenId> ids) {
  if (markers.form == MarkerForm::kText) return tokenizer.decode(ids);
  std::string result;
  std::size_t begin = 0;  // of the run of ordinary tokens that is not written yet
  for (std::size_t i = 0; i <= ids.size(); ++i) {
    const std::string* marker = i == ids.size()            ? nullptr
                                : ids[i] == markers.open   ? &markers.written.open
                                : ids[i] == *markers.close ? &markers.written.close
                                : ids[i] == *markers.arrow ? &markers.written.arrow
                                                           : nullptr;
    if (marker == nullptr && i < ids.size()) continue;
    result += tokenizer.decode(ids.subspan(begin, i - begin));
    if (marker != nullptr) result += *marker;
    begin = i + 1;
  }
  return result;
}

std::vector<TokenId> result_ids(const text::Tokenizer& tokenizer, const CallMarkers& markers,
                                std::string_view result, std::string_view missing) {
  std::string rest = std::string(missing) + calls::call_after_arrow(markers.written, result);
  rest.resize(rest.size() - markers.written.close.size());
  std::vector<TokenId> ids = tokenizer.continuation_ids(rest);
  const std::vector<TokenId> close = markers.close
                                         ? std::vector{*markers.close}
                                         : tokenizer.continuation_ids(markers.written.close);
  ids.insert(ids.end(), close.begin(), close.end());
  return ids;
}

}  // namespace toolformer::decode
