// SPDX-License-Identifier: Apache-2.0
// The tokenizer of a Hugging Face directory: tokenizer.json, or else tokenizer.model; special
// tokens from tokenizer_config.json, special_tokens_map.json, generation_config.json and
// config.json.
#pragma once

#include <filesystem>

#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::text {

/// Throws DataError that names the file and the component or key that is missing or unknown.
TokenizerSpec read_hugging_face_tokenizer(const std::filesystem::path& directory);

}  // namespace toolformer::text
