// SPDX-License-Identifier: Apache-2.0
#include "toolformer/decode/write_generation.h"

#include <nlohmann/json.hpp>

#include "toolformer/calls/call_syntax.h"

namespace toolformer::decode {

void write_generation(const Generation& generation, record::Document& document) {
  const std::size_t prompt_bytes = document.text.size();
  document.text += generation.text;
  document.calls = generation.calls;
  document.has_calls = true;
  document.augmented = calls::render_augmented(calls::Markers{}, document);
  if (!document.extra.is_object()) document.extra = nlohmann::ordered_json::object();
  document.extra["prompt_bytes"] = prompt_bytes;
  document.extra["new_tokens"] = generation.new_tokens;
  document.extra["finish"] = finish_name(generation.finish);
  if (generation.calls_used_up) document.extra["calls_used_up"] = true;
}

}  // namespace toolformer::decode
