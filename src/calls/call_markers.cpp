// SPDX-License-Identifier: Apache-2.0
#include "toolformer/calls/call_markers.h"

#include <fmt/format.h>

#include <vector>

#include "toolformer/base/error.h"

namespace toolformer::calls {

using text::TokenId;

std::optional<TokenId> find_control_token(const text::Tokenizer& tokenizer, std::string_view name) {
  const std::optional<TokenId> id = tokenizer.find(name);
  return id && tokenizer.is_control(*id) ? id : std::nullopt;
}

Markers token_marker_names(const text::Tokenizer& tokenizer) {
  Markers names = kTokenMarkers;
  const bool taken = tokenizer.find(names.arrow) && !find_control_token(tokenizer, names.arrow);
  if (taken) names.arrow = "<API->";
  return names;
}

CallMarkers resolve_markers(const text::Tokenizer& tokenizer, MarkerChoice choice,
                            const Markers& text_markers) {
  if (choice != MarkerChoice::kText) {
    const Markers names = token_marker_names(tokenizer);
    const CallMarkers markers{.form = MarkerForm::kToken,
                              .written = kTokenMarkers,
                              .open = find_control_token(tokenizer, names.open),
                              .close = find_control_token(tokenizer, names.close),
                              .arrow = find_control_token(tokenizer, names.arrow)};
    if (markers.open && markers.close && markers.arrow) return markers;
  }
  if (choice == MarkerChoice::kToken) {
    base::throw_error<base::UsageError>(
        "--markers token: the tokenizer has no control tokens \"{}\", \"{}\" and \"{}\"; "
        "fine-tune with tf-finetune --markers token, or use --markers text",
        kTokenMarkers.open, kTokenMarkers.close, kTokenMarkers.arrow);
  }
  return {.written = text_markers, .open = open_marker_token(tokenizer, text_markers)};
}

TokenId open_marker_token(const text::Tokenizer& tokenizer, const Markers& markers) {
  const std::vector<TokenId> ids = tokenizer.continuation_ids(markers.open);
  if (ids.size() == 1) return ids.front();
  std::string shown;
  for (const TokenId id : ids) {
    shown += fmt::format("{}`{}` ({})", shown.empty() ? "" : ", ", tokenizer.decode({&id, 1}), id);
  }
  base::throw_error<base::UsageError>(
      "the open marker `{}` is {} tokens of this model: {}; places for calls are found by the "
      "probability of one token, so choose another with --open-marker (and in the prompts), e.g. ` "
      "[`, ` <` or ` {{`, or fine-tune with --markers token",
      markers.open, ids.size(), shown);
}

std::string spell(const text::Tokenizer& tokenizer, const CallMarkers& markers,
                  std::span<const TokenId> ids) {
  if (markers.form == MarkerForm::kText) return tokenizer.decode(ids);
  std::string result;
  std::size_t begin = 0;  // of the run of ordinary tokens that is not written yet
  for (std::size_t i = 0; i <= ids.size(); ++i) {
    const std::string* marker = i == ids.size()           ? nullptr
                                : ids[i] == markers.open  ? &markers.written.open
                                : ids[i] == markers.close ? &markers.written.close
                                : ids[i] == markers.arrow ? &markers.written.arrow
                                                          : nullptr;
    if (marker == nullptr && i < ids.size()) continue;
    result += tokenizer.decode(ids.subspan(begin, i - begin));
    if (marker != nullptr) result += *marker;
    begin = i + 1;
  }
  return result;
}

}  // namespace toolformer::calls
