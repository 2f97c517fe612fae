// SPDX-License-Identifier: Apache-2.0
// Which tokens end a text.
#pragma once

#include "toolformer/text/tokenizer_spec.h"

namespace toolformer::text {

/// Appends, behind the ids the model was given, every control token whose name says that it ends a
/// text or a turn
/// (<|im_end|>, <end_of_turn>, <|eot_id|>, ...), in order of id; removes duplicates.
void complete_eos(TokenizerSpec& spec);

/// pieces[left] + pieces[right] for every "left right" of the list. Throws DataError for one that
/// is no pair of pieces.
std::vector<Merge> parse_merges(
    const std::vector<Piece>& pieces,
    const std::vector<std::pair<std::string_view, std::string_view>>& pairs,
    const std::string& origin);

}  // namespace toolformer::text
