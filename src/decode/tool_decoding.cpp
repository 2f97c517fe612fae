// SPDX-License-Identifier: Apache-2.0
#include "toolformer/decode/tool_decoding.h"

#include <fmt/format.h>

#include <utility>

#include "toolformer/decode/sequence_scheduler.h"
#include "toolformer/tools/dispatch/dispatcher.h"

namespace toolformer::decode {

std::string finish_name(Generation::Finish finish) {
  switch (finish) {
    case Generation::Finish::kEnd:
      return "end";
    case Generation::Finish::kStop:
      return "stop";
    case Generation::Finish::kContext:
      return "context";
    case Generation::Finish::kCancelled:
      return "cancelled";
    default:
      return "length";
  }
}

SubmitCall submit_to(tools::Dispatcher& dispatcher) {
  return [&dispatcher](const CallRequest& request, std::function<void(tools::Outcome)> done) {
    dispatcher.submit(
        {request.tool, request.input, request.context.date, request.context.own},
        [done = std::move(done)](const tools::Answer& answer) { done(answer.outcome); });
  };
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
  std::vector<Generation> generations(prompts.size());
  SequenceScheduler scheduler(setting);
  for (std::size_t given = 0; given < prompts.size() || !scheduler.empty();) {
    for (; given < prompts.size() && scheduler.has_room(); ++given)
      scheduler.add(given, prompts[given]);
    for (auto& [index, generation] : scheduler.step()) generations[index] = std::move(generation);
  }
  return generations;
}

}  // namespace toolformer::decode
