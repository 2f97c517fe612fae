// SPDX-License-Identifier: Apache-2.0
// A generation as the record of its prompt.
#pragma once

#include "toolformer/decode/tool_decoding.h"
#include "toolformer/record/document.h"

namespace toolformer::decode {

/// Makes `document`, a prompt, the record of its continuation: text = prompt + generated text,
/// `calls` in the place of those that it had, `augmented`, and among the further fields
/// `prompt_bytes`, `new_tokens`, `finish`, and `calls_used_up` where that is so.
void write_generation(const Generation& generation, record::Document& document);

}  // namespace toolformer::decode
