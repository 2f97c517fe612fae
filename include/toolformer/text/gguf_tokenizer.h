// SPDX-License-Identifier: Apache-2.0
// The vocabulary inside a GGUF file: tokenizer.ggml.model "llama" (SentencePiece BPE), "t5"
// (unigram), "gpt2" (byte-level BPE with the pre-tokenizer that tokenizer.ggml.pre names).
#pragma once

#include "toolformer/formats/gguf.h"
#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::text {

/// Throws DataError that names the file and what is missing or unknown.
TokenizerSpec read_gguf_tokenizer(const formats::GgufFile& file);

}  // namespace toolformer::text
