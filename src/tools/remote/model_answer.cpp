// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/remote/model_answer.h"

#include "toolformer/base/blank.h"

namespace toolformer::tools {
namespace {

bool ends_sentence(std::string_view text, std::size_t at) {
  const bool mark = text[at] == '.' || text[at] == '!' || text[at] == '?';
  return mark && (at + 1 == text.size() || text[at + 1] == ' ' || text[at + 1] == '\n');
}

/// Bytes up to the end of the first sentence; 0: none ends.
std::size_t first_sentence(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (ends_sentence(text, at)) return at + 1;
  }
  return 0;
}

std::size_t last_sentence(std::string_view text) {
  for (std::size_t at = text.size(); at > 0; --at) {
    if (ends_sentence(text, at - 1)) return at;
  }
  return 0;
}

/// Nothing when the thought has no end.
std::string_view without_thought(std::string_view text) {
  constexpr std::string_view kOpen = "<think>";
  constexpr std::string_view kClose = "</think>";
  if (text.substr(0, kOpen.size()) != kOpen) return text;
  const std::size_t end = text.find(kClose);
  return end == std::string_view::npos ? "" : base::trim(text.substr(end + kClose.size()));
}

}  // namespace

Outcome pick_answer(const ModelText& written, AnswerPart part) {
  std::string_view text = without_thought(base::trim(written.text));
  bool whole = !written.cut;
  if (part != AnswerPart::kAll) {
    const std::size_t newline = text.find('\n');
    whole = whole || newline != std::string_view::npos;
    text = base::trim(text.substr(0, newline));
  }
  if (const std::size_t end = first_sentence(text); part == AnswerPart::kSentence && end > 0) {
    text = text.substr(0, end);
    whole = true;
  }
  if (text.empty()) return Outcome::error(error_kind::kNoResult, "the model wrote no answer");
  if (!whole) text = text.substr(0, last_sentence(text));
  if (text.empty()) {
    return Outcome::error(error_kind::kBadResult,
                          "max_tokens cut the answer inside its first sentence");
  }
  return Outcome::value(std::string(text));
}

}  // namespace toolformer::tools
