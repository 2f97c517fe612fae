// SPDX-License-Identifier: Apache-2.0
// Which documents hold something to translate (arXiv 2302.04761, appendix A.1).
#pragma once

#include <cstddef>
#include <string_view>

#include "toolformer/tools/translate/language_id.h"

namespace toolformer::annotate {

/// Whether a chunk of `chunk_words` words that is in another language, with a confidence above 0.8,
/// stands between English chunks (not necessarily next to them).
bool has_foreign_span(const tools::LanguageIdentifier& languages, std::string_view text,
                      std::size_t chunk_words);

}  // namespace toolformer::annotate
