// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/generation.h"

#include <algorithm>

namespace toolformer::inspect {

bool is_generation(const record::Document& document) {
  return document.extra.is_object() && document.extra.contains("prompt_bytes") &&
         document.extra["prompt_bytes"].is_number_unsigned();
}

Generation generation_of(const record::Document& document) {
  Generation generation;
  const std::size_t size =
      std::min(document.extra["prompt_bytes"].get<std::size_t>(), document.text.size());
  generation.prompt = document.text.substr(0, size);
  // Calls stand behind the prompt, so the augmented text begins with it, too.
  const bool has_calls =
      document.augmented && document.augmented->compare(0, size, generation.prompt) == 0;
  generation.output = (has_calls ? *document.augmented : document.text).substr(size);
  if (document.meta.is_object() && document.meta.contains("answers")) {
    const auto& answers = document.meta["answers"];
    for (const auto& answer : answers.is_array() ? answers : nlohmann::ordered_json{answers}) {
      if (!generation.gold.empty()) generation.gold += ", ";
      generation.gold += answer.is_string() ? answer.get<std::string>() : answer.dump();
    }
  }
  if (document.extra.contains("answers")) generation.answers = document.extra["answers"];
  return generation;
}

}  // namespace toolformer::inspect
