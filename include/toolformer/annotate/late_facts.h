// SPDX-License-Identifier: Apache-2.0
// What a text says late that a page of an encyclopedia could have told it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace toolformer::annotate {

struct LateFacts {
  std::string_view topic;          ///< the first sentence, a part of the text
  std::vector<std::string> facts;  ///< names and numbers behind it that do not stand in it
};

/// A name is a word of at least three bytes that begins with a capital letter (or beyond ASCII) and
/// is no common word; a number has at least three digits, as years do. Each once, in order, the
/// first 12. No facts where there is one sentence only.
LateFacts late_facts(std::string_view text);

/// Whether one of the facts stands in the passage as a word of its own.
bool states_fact(std::string_view passage, const std::vector<std::string>& facts);

}  // namespace toolformer::annotate
