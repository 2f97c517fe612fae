// SPDX-License-Identifier: Apache-2.0
// A quick look at languages, without a model: a chunk is English when many of its words are English
// function words, and foreign when it is mostly written in another script or its function words are
// those of another language.
#pragma once

#include <cstddef>
#include <string_view>

namespace toolformer::annotate {

/// Whether a foreign chunk of `chunk_words` words stands between English chunks (not necessarily
/// next to them).
bool has_foreign_span(std::string_view text, std::size_t chunk_words);

}  // namespace toolformer::annotate
