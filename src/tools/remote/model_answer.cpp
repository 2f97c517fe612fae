// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/remote/model_answer.h"

#include <array>

#include "toolformer/base/blank.h"
#include "toolformer/tools/contract/thought.h"

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

/// Without the marks of the end of a turn, which some servers leave in the text.
std::string_view without_end_of_turn(std::string_view text) {
  constexpr std::array<std::string_view, 9> kEnds = {
      "<|im_end|>",      "<|eot_id|>",    "<|end|>", "<|return|>", "<|endoftext|>",
      "<|end_of_text|>", "<end_of_turn>", "</s>",    "<eos>"};
  for (bool again = true; again;) {
    again = false;
    text = base::trim_end(text);
    for (const std::string_view end : kEnds) {
      if (!text.ends_with(end)) continue;
      text.remove_suffix(end.size());
      again = true;
    }
  }
  return text;
}

}  // namespace

Outcome pick_answer(const ModelText& written, AnswerPart part) {
  std::string_view text = base::trim(without_end_of_turn(without_thought(written.text)));
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
