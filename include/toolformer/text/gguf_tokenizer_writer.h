// SPDX-License-Identifier: Apache-2.0
// A vocabulary as the metadata of a GGUF file, so that llama.cpp and read_gguf_tokenizer see the
// same ids.
#pragma once

#include <vector>

#include "toolformer/formats/write_gguf.h"
#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::text {

/// The tokenizer.* entries. Throws DataError for what GGUF has no word for: a byte-level
/// pre-tokenizer that cuts text as none of those known by name does, another normaliser than NFC
/// (which llama.cpp leaves out), and merges that no SentencePiece scores amount to.
std::vector<formats::GgufEntry> gguf_tokenizer_entries(const TokenizerSpec& spec);

/// A character-level BPE as SentencePiece's BPE: every piece scored by the rank of the merge that
/// makes it. Throws DataError when that would cut some words differently. Text that begins with a
/// space gets a second one, as SentencePiece does and Metaspace in a tokenizer.json does not.
TokenizerSpec as_sentencepiece(const TokenizerSpec& spec);

}  // namespace toolformer::text
