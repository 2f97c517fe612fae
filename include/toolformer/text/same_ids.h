// SPDX-License-Identifier: Apache-2.0
// Whether a tokenizer that was written is still the one it was written from.
#pragma once

#include "toolformer/text/tokenizer.h"

namespace toolformer::text {

/// Compares ids of texts that tell tokenizers apart: of many scripts, with every added token in
/// several places, and made of the vocabulary's own pieces. Throws DataError that shows the first
/// difference. `what` names what was written ("the GGUF file").
void require_same_ids(const Tokenizer& original, const Tokenizer& written, const std::string& what);

}  // namespace toolformer::text
