// SPDX-License-Identifier: Apache-2.0
// What a text says late that a page of an encyclopedia could have told it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace toolformer::annotate {

struct LateFacts {
  std::vector<std::string> topic;  ///< names in the first sentence
  std::vector<std::string> facts;  ///< names and numbers behind it that do not stand in it
};

/// A name is a word of at least three bytes that begins with a capital letter (or beyond ASCII) and
/// is no common word; a number has at least three digits, as years do. Each once, in order, the
/// first 12 of either. No facts where there is one sentence only.
LateFacts late_facts(std::string_view text);

}  // namespace toolformer::annotate
