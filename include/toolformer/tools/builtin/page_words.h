// SPDX-License-Identifier: Apache-2.0
// The words of a text, as the search index holds them and as a query names them: runs of letters,
// digits and their marks, case folded (NFKC), without accents. Dashes, quotes, spaces of any width
// and all other punctuation separate; a soft hyphen and other invisible characters inside a word
// do not. Scripts that put no space between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese)
// or join endings to them (Korean) are held as pairs of neighbouring characters, so that a word is
// found inside a run.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/tools/contract/sqlite.h"

namespace toolformer::tools {

struct PageWord {
  std::string_view text;
  std::size_t begin = 0, end = 0;  ///< bytes of the text that it stands for
  bool is_beside = false;          ///< it stands where the word before it does
};
using TakeWord = std::function<bool(const PageWord& word)>;  ///< false: no more

/// The words of a page; a single character of a run stands beside the pair that begins with it, so
/// that it can be found as well.
void each_page_word(std::string_view text, const TakeWord& take);

/// The words of a query: of a run only its pairs, or its one character.
void each_query_word(std::string_view query, const TakeWord& take);

/// The words of a query, each once.
std::vector<std::string> query_words(std::string_view query);

/// Makes the words known to FTS5 as the tokenizer `page_words`. Throws SqliteError.
void add_page_tokenizer(const Database& database);

}  // namespace toolformer::tools
