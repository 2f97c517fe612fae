// SPDX-License-Identifier: Apache-2.0
// What vocabularies say about their special pieces, made the same whatever file it came from.
#pragma once

#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::text {

/// Appends, behind the ids the model was given, every control token whose name says that it ends a
/// text or a turn
/// (<|im_end|>, <end_of_turn>, <|eot_id|>, ...), in order of id; removes duplicates.
void complete_eos(TokenizerSpec& spec);

/// SentencePiece BPE: user-defined pieces that are runs of spaces become ordinary pieces that merge
/// before all others, the shorter first. So it is in transformers, where they are looked for in the
/// text before its spaces are written as symbols and therefore never found; the library would take
/// the longest run first, which differs from 32 spaces on.
void merge_space_runs(TokenizerSpec& spec);

/// pieces[left] + pieces[right] for every "left right" of the list. Throws DataError for one that
/// is no pair of pieces.
std::vector<Merge> parse_merges(
    const std::vector<Piece>& pieces,
    const std::vector<std::pair<std::string_view, std::string_view>>& pairs,
    const std::string& origin);

}  // namespace toolformer::text
