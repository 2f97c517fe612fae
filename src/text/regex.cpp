// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"
#include "toolformer/formats/byte_reader.h"
#include "toolformer/text/oniguruma.h"

namespace toolformer::text {

namespace {

std::string error_text(int code) {
  PCRE2_UCHAR buffer[256] = {};
  pcre2_get_error_message(code, buffer, sizeof(buffer));
  return reinterpret_cast<const char*>(buffer);
}

/// Newline is U+000A, whatever the library was built with.
class CompileContext {
 public:
  CompileContext() : context_(pcre2_compile_context_create(nullptr)) {
    pcre2_set_newline(context_, PCRE2_NEWLINE_LF);
  }
  ~CompileContext() { pcre2_compile_context_free(context_); }
  CompileContext(const CompileContext&) = delete;
  CompileContext& operator=(const CompileContext&) = delete;
  pcre2_compile_context* get() const { return context_; }

 private:
  pcre2_compile_context* context_;
};

}  // namespace

class Regex::Code {
 public:
  /// `translated`: the pattern as PCRE2 writes it.
  Code(const std::string& pattern, const std::string& translated, const std::string& origin)
      : pattern_(pattern), origin_(origin) {
    const CompileContext context;
    // The compiler of PCRE2 10.42 looks for a wrong beginning of an atomic group: (?>[^b]+?)a.
    const bool atomic = translated.find("(?>") != std::string::npos;
    const std::uint32_t options = PCRE2_UTF | PCRE2_UCP | (atomic ? PCRE2_NO_START_OPTIMIZE : 0);
    int error = 0;
    PCRE2_SIZE at = 0;
    code_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                          options, &error, &at, context.get());
    if (code_ == nullptr) {
      base::throw_error<base::DataError>("{}: the pattern {} cannot be used: {}", origin,
                                         formats::printable(pattern), error_text(error));
    }
    pcre2_jit_compile(code_, PCRE2_JIT_COMPLETE);  // where there is no JIT, matching is interpreted
  }
  ~Code() { pcre2_code_free(code_); }
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;

  const pcre2_code* get() const { return code_; }
  [[noreturn]] void fail(int error, std::size_t at) const {
    base::throw_error<base::DataError>("{}: the pattern {} gave up at byte {} of a text: {}",
                                       origin_, formats::printable(pattern_), at,
                                       error_text(error));
  }

 private:
  pcre2_code* code_ = nullptr;
  std::string pattern_, origin_;
};

Regex::Regex(const std::string& pattern, const std::string& origin)
    : code_(std::make_shared<const Code>(pattern, translate_oniguruma(pattern, origin), origin)) {}

Regex Regex::pcre2(const std::string& pattern, const std::string& origin) {
  return Regex(std::make_shared<const Code>(pattern, pattern, origin));
}

struct RegexScan::State {
  State(const Regex& regex, std::string_view subject)
      : code(regex.code_),
        text(subject),
        data(pcre2_match_data_create(1, nullptr)),
        context(pcre2_match_context_create(nullptr)) {
    // A run of 10 MB is a legitimate word: only time, never a count of steps, may end a match.
    pcre2_set_match_limit(context, UINT32_MAX);
    pcre2_set_depth_limit(context, UINT32_MAX);
  }
  ~State() {
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
    if (stack != nullptr) pcre2_jit_stack_free(stack);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  int match(std::uint32_t options = 0) {
    constexpr std::size_t kFirstStack = 64 << 10, kLargestStack = 256 << 20;
    const auto run = [&] {
      return pcre2_match(code->get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                         position, PCRE2_NO_UTF_CHECK | options, data, context);
    };
    int result = run();
    if (result == PCRE2_ERROR_JIT_STACKLIMIT && stack == nullptr) {
      stack = pcre2_jit_stack_create(kFirstStack, kLargestStack, nullptr);
      pcre2_jit_stack_assign(context, nullptr, stack);
      result = run();
    }
    return result;
  }

  std::shared_ptr<const Regex::Code> code;
  std::string_view text;
  std::size_t position = 0;
  std::optional<std::size_t> last_end;  // of the match before
  pcre2_match_data* data;
  pcre2_match_context* context;
  pcre2_jit_stack* stack = nullptr;
};

Regex::Answer Regex::match_whole(std::string_view text, std::uint32_t most_steps) const {
  RegexScan::State state(*this, text);
  pcre2_set_match_limit(state.context, most_steps);
  const int found = state.match(PCRE2_ANCHORED | PCRE2_ENDANCHORED);
  if (found >= 0) return Answer::kMatches;
  return found == PCRE2_ERROR_NOMATCH ? Answer::kDiffers : Answer::kTooHard;
}

RegexScan::RegexScan(const Regex& regex, std::string_view text)
    : state_(std::make_unique<State>(regex, text)) {}
RegexScan::~RegexScan() = default;

std::optional<Span> RegexScan::next() {
  while (state_->position <= state_->text.size()) {
    const int result = state_->match();
    if (result == PCRE2_ERROR_NOMATCH) return std::nullopt;
    if (result < 0) state_->code->fail(result, state_->position);
    const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(state_->data);
    const Span span{offsets[0], offsets[1]};
    if (span.end > span.begin || state_->last_end != span.end) {
      state_->position = span.end;
      state_->last_end = span.end;
      return span;
    }
    // An empty match right behind another match does not count: on from the next character.
    if (state_->position == state_->text.size()) return std::nullopt;
    state_->position += base::utf8_length(state_->text, state_->position);
  }
  return std::nullopt;
}

}  // namespace toolformer::text
