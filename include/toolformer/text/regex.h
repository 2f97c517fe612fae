// SPDX-License-Identifier: Apache-2.0
// Regular expressions of tokenizers over UTF-8, with the meaning Hugging Face's engine (Oniguruma)
// gives them, run by PCRE2's compiler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace toolformer::text {

/// Bytes [begin, end) of a text.
struct Span {
  std::size_t begin = 0, end = 0;
};

class Regex {
 public:
  /// `origin` stands in messages. Throws DataError for a pattern that does not compile.
  Regex(const std::string& pattern, const std::string& origin);

  enum class Answer {
    kMatches,
    kDiffers,
    kTooHard,  ///< gave up at `most_steps`
  };
  /// Whether the pattern matches all of a valid UTF-8 text. By several threads at once, if need be.
  Answer match_whole(std::string_view text, std::uint32_t most_steps) const;

  class Code;

 private:
  friend class RegexScan;
  std::shared_ptr<const Code> code_;
};

/// All matches in one valid UTF-8 text from left to right; empty matches are skipped.
class RegexScan {
 public:
  RegexScan(const Regex& regex, std::string_view text);
  ~RegexScan();
  RegexScan(const RegexScan&) = delete;
  RegexScan& operator=(const RegexScan&) = delete;

  std::optional<Span> next();

 private:
  friend class Regex;
  struct State;
  std::unique_ptr<State> state_;
};

/// A pattern written for Oniguruma as PCRE2 must read it: \s and \w have other members there.
std::string translate_pattern(std::string_view pattern);

}  // namespace toolformer::text
