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

/// The answer as it stands in the output (numbers without the commas of their thousands); empty:
/// none.
std::string extract(const AnswerRule& rule, std::string_view output);

bool is_right(const AnswerRule& rule, std::string_view answer,
              const std::vector<std::string>& gold);

/// Words as they are compared: Unicode case folded and composed (NFKC), without punctuation and the
/// articles a, an, the, as SQuAD's script does.
std::vector<std::string> compared_words(std::string_view text);

/// A written number: digits with commas of thousands, a decimal part, a minus sign that stands
/// behind no digit or letter.
struct WrittenNumber {
  std::size_t begin = 0, end = 0;  ///< bytes
  std::string digits;              ///< without commas
};
std::optional<WrittenNumber> find_number(std::string_view text, std::size_t from = 0);

}  // namespace toolformer::eval
