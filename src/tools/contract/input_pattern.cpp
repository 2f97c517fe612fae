// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/input_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>

#include "toolformer/base/error.h"

namespace toolformer::tools {
namespace {

constexpr std::uint32_t kMostSteps = 100'000;  // some milliseconds

struct FreeContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
struct FreeMatch {
  void operator()(pcre2_match_data* match) const { pcre2_match_data_free(match); }
};

}  // namespace

class InputPattern::Code {
 public:
  explicit Code(pcre2_code* code) : code_(code) {}
  ~Code() { pcre2_code_free(code_); }
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;
  const pcre2_code* get() const { return code_; }

 private:
  pcre2_code* code_;
};

InputPattern::InputPattern(const std::string& pattern, const std::string& origin) {
  int error = 0;
  std::size_t offset = 0;
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                   PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED | PCRE2_ENDANCHORED,
                                   &error, &offset, nullptr);
  if (code == nullptr) {
    std::array<char, 256> message{};
    pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(message.data()), message.size());
    base::throw_error<base::UsageError>("{}: the pattern `{}` is wrong at byte {}: {}", origin,
                                        pattern, offset, message.data());
  }
  code_ = std::make_shared<const Code>(code);
}

InputPattern::Answer InputPattern::match(std::string_view input) const {
  const std::unique_ptr<pcre2_match_context, FreeContext> context(
      pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(context.get(), kMostSteps);
  const std::unique_ptr<pcre2_match_data, FreeMatch> match(
      pcre2_match_data_create_from_pattern(code_->get(), nullptr));
  const int found = pcre2_match(code_->get(), reinterpret_cast<PCRE2_SPTR>(input.data()),
                                input.size(), 0, 0, match.get(), context.get());
  if (found >= 0) return Answer::kMatches;
  return found == PCRE2_ERROR_NOMATCH ? Answer::kDiffers : Answer::kTooHard;
}

}  // namespace toolformer::tools
