// SPDX-License-Identifier: Apache-2.0
// The pre-tokenizers that GGUF files name (tokenizer.ggml.pre), as llama.cpp cuts text for each.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::text {

struct GgufPreTokenizer {
  nlohmann::json description;  ///< as tokenizer.json writes it
  bool ignore_merges = false;  ///< a word that is a piece is taken whole
  bool adds_bos = false;       ///< unless tokenizer.ggml.add_bos_token says otherwise
  bool has_bos = true;         ///< false: none, whatever the file says
};

/// Nothing for a name that is not known here.
std::optional<GgufPreTokenizer> gguf_pre_tokenizer(std::string_view name);

/// The name that a vocabulary without one stands for: Llama 3's, Qwen2's and GPT-2's are known by
/// their size and a special token; "default" is what llama.cpp does with all others.
std::string assumed_pre_tokenizer(const std::vector<Piece>& pieces);

}  // namespace toolformer::text
