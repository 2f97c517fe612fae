// SPDX-License-Identifier: Apache-2.0
// The argument grammar of a tool as a regular expression (PCRE2, UTF-8): what does not match as a
// whole is not a call that the tool could answer.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace toolformer::tools {

class InputPattern {
 public:
  enum class Answer {
    kMatches,
    kDiffers,
    kTooHard,  ///< gave up at a bounded number of steps
  };

  /// Throws UsageError that names `origin`, the pattern and the place in it.
  InputPattern(const std::string& pattern, const std::string& origin);

  /// `input`: valid UTF-8. May be called by several threads at once.
  Answer match(std::string_view input) const;

 private:
  class Code;
  std::shared_ptr<const Code> code_;
};

}  // namespace toolformer::tools
