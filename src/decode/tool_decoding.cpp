// SPDX-License-Identifier: Apache-2.0
#include "toolformer/decode/tool_decoding.h"

#include <deque>

#include "toolformer/base/error.h"
#include "toolformer/decode/row.h"

namespace toolformer::decode {

std::string finish_name(Generation::Finish finish) {
  switch (finish) {
    case Generation::Finish::kEnd:
      return "end";
    case Generation::Finish::kStop:
      return "stop";
    case Generation::Finish::kContext:
      return "context";
    default:
      return "length";
  }
}

std::vector<TokenId> prompt_ids(const Setting& setting, const std::string& prompt) {
  const text::Tokenizer& tokenizer = setting.model.tokenizer();
  if (setting.start.length > 0) return tokenizer.continuation_ids(prompt);
  std::vector<TokenId> ids = tokenizer.start();
  const std::vector<TokenId> text = tokenizer.ids(prompt);
  ids.insert(ids.end(), text.begin(), text.end());
  return ids;
}

std::string refusal(const Setting& setting, const Prompt& prompt) {
  const std::size_t length = setting.start.length + prompt_ids(setting, prompt.text).size();
  const std::size_t context = setting.model.context_length();
  if (length == 0)
    return "the prompt is empty and this model has no start token; give it some text";
  if (length < context) return "";
  return fmt::format(
      "the prompt is {} tokens, the model's context holds {} and one must be left; shorten it",
      length, context);
}

std::vector<Generation> generate(const Setting& setting, std::span<const Prompt> prompts) {
  std::deque<Row> rows;  // requests refer to their row, so rows must not move
  for (const Prompt& prompt : prompts) {
    const std::string reason = refusal(setting, prompt);
    if (!reason.empty()) base::throw_error<base::DataError>("{}: {}", prompt.id, reason);
    rows.emplace_back(setting, prompt);
  }
  for (;;) {
    std::vector<Row*> waiting;
    std::vector<lm::SampleRequest> requests;
    for (Row& row : rows) {
      if (row.done()) continue;
      waiting.push_back(&row);
      requests.push_back(row.request());
    }
    if (waiting.empty()) break;
    const std::vector<lm::Sampled> sampled = setting.model.sample(requests);
    for (std::size_t i = 0; i < waiting.size(); ++i) waiting[i]->accept(sampled[i]);
  }
  std::vector<Generation> generations;
  generations.reserve(rows.size());
  for (Row& row : rows) generations.push_back(row.take());
  return generations;
}

}  // namespace toolformer::decode
