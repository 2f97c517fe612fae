// SPDX-License-Identifier: Apache-2.0
// Regular expressions of tokenizers over UTF-8, with the meaning Hugging Face's engine (Oniguruma)
// gives them (oniguruma.h), run by PCRE2's compiler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace toolformer::text {

/// Bytes [begin, end) of a text.
struct Span {
  std::size_t begin = 0, end = 0;
};

class Regex {
 public:
  /// `origin` stands in messages. Throws DataError for a pattern that does not compile or holds
  /// what PCRE2 has no counterpart for.
  Regex(const std::string& pattern, const std::string& origin);
  /// The same for a pattern in PCRE2's own syntax, which PCRE2 reads as it stands.
  static Regex pcre2(const std::string& pattern, const std::string& origin);

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
  explicit Regex(std::shared_ptr<const Code> code) : code_(std::move(code)) {}
  std::shared_ptr<const Code> code_;
};

/// All matches in one valid UTF-8 text from left to right, empty ones too unless they stand right
/// behind another match.
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

}  // namespace toolformer::text
