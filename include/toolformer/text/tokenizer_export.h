// SPDX-License-Identifier: Apache-2.0
// Writes a tokenizer as a Hugging Face directory has it, whatever it was read from.
#pragma once

#include <filesystem>
#include <vector>

#include "toolformer/text/tokenizer.h"
#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::text {

/// Writes tokenizer.json, tokenizer_config.json, special_tokens_map.json, the chat templates, and
/// for SentencePiece tokenizer.model too. They are read back and compared (same_ids.h) before they
/// take their names. A unigram model has no tokenizer.json, and neither has one that tokenizer.json
/// cannot describe: transformers makes it from tokenizer.model. Throws DataError where ids would
/// change, std::logic_error for a tokenizer without a description (spec() is null).
void export_tokenizer(const Tokenizer& tokenizer, const std::filesystem::path& directory);

/// The merges that SentencePiece's BPE scores amount to: for every piece all its splits into two
/// pieces, the better score first, then the longer left and right part (as transformers'
/// generate_merges).
std::vector<Merge> merges_of_scores(const std::vector<Piece>& pieces);

/// Whether a sequence of this tokenizer begins with a space that stands in no text.
bool has_prefix(const TokenizerSpec& spec);

/// The text of tokenizer.json. Throws DataError for a unigram model and for a normaliser table.
std::string tokenizer_json(const TokenizerSpec& spec);

}  // namespace toolformer::text
