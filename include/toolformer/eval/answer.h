// SPDX-License-Identifier: Apache-2.0
// What an output is taken to answer, and whether that is right. Pure functions on text: the calls
// have left it already.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolformer::eval {

/// What is taken from an output.
enum class Take {
  kWhole,
  kFirstLine,
  kFirstWords,      ///< the first `words` words (paper: 5 for LAMA, 20 for questions)
  kFirstNumber,     ///< anywhere
  kEquationNumber,  ///< behind the first "=", when there is one, else the first (paper, footnote 7)
  kLastNumber,      ///< of all
};

/// When it is right.
enum class Compare {
  kContains,  ///< the words of a gold answer stand in it, one behind the other
  kEquals,    ///< it is a gold answer, word by word
  kBegins,    ///< it begins with a gold answer, word by word
  kNumber,    ///< it is a number within `tolerance` of a gold answer
};

/// One way to read an output; a task may have several, side by side.
struct AnswerRule {
  std::string name;
  Take take = Take::kWhole;
  Compare compare = Compare::kContains;
  std::size_t words = 0;  ///< kFirstWords
  std::string after;      ///< look only behind the last of these; nothing where there is none
  double tolerance = 0;   ///< kNumber: absolute
};

/// "first-words" and so on; throw UsageError that names what there is.
Take parse_take(std::string_view name);
Compare parse_compare(std::string_view name);

/// The answer as it stands in the output behind its thoughts (tools/contract/thought.h); numbers as
/// written_number.h writes them. Empty: none.
std::string extract(const AnswerRule& rule, std::string_view output);

/// Whether the answer in the output is one of the gold answers. Numbers of both are read in the
/// same way; a gold answer that states no number, and one of which the comparison of words would
/// leave nothing, must stand there as it is.
bool is_right(const AnswerRule& rule, std::string_view output,
              const std::vector<std::string>& gold);

}  // namespace toolformer::eval
