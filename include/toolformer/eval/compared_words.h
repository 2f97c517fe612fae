// SPDX-License-Identifier: Apache-2.0
// Answers compared by their words, as SQuAD's script does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace toolformer::eval {

/// Words as they are compared: Unicode case folded and composed (NFKC), without punctuation and the
/// articles a, an, the.
std::vector<std::string> compared_words(std::string_view text);

/// Whether the answer is the gold answer, word by word, or has its words, one behind the other.
/// Where nothing would be left of the gold answer (A, The The, +), what stands there is compared:
/// an article inside a sentence is no answer A.
bool equals_words(std::string_view answer, std::string_view gold);
bool begins_with_words(std::string_view answer, std::string_view gold);
bool contains_words(std::string_view answer, std::string_view gold);

/// Whether the text stands in the output, articles and punctuation among its words.
bool has_words(std::string_view output, std::string_view text);

}  // namespace toolformer::eval
