// SPDX-License-Identifier: Apache-2.0
#include "toolformer/calls/call_syntax.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "toolformer/base/ascii.h"
#include "toolformer/base/blank.h"
#include "toolformer/base/error.h"

namespace toolformer::calls {
namespace {

constexpr std::string_view kInputEscapable = "\\()";

bool is_name_start(char c) {
  return base::is_letter(c) || c == '_';
}
bool is_name_byte(char c) {
  return is_name_start(c) || base::is_digit(c);
}

/// The arrow without the spaces around it, and the spaces behind it.
struct Arrow {
  std::string_view visible;
  std::string_view trailing;
};
Arrow split_arrow(const Markers& markers) {
  const std::string_view rest = base::trim_start(markers.arrow);
  const std::size_t size = rest.find_last_not_of(base::kBlank) + 1;  // npos + 1 == 0: a blank arrow
  return {rest.substr(0, size), rest.substr(size)};
}

/// Parentheses of `input` that have no partner.
std::vector<bool> lone_parentheses(std::string_view input) {
  std::vector<bool> lone(input.size(), false);
  std::vector<std::size_t> opened;
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (input[i] == '(') {
      opened.push_back(i);
    } else if (input[i] == ')') {
      if (opened.empty()) {
        lone[i] = true;
      } else {
        opened.pop_back();
      }
    }
  }
  for (const std::size_t i : opened) lone[i] = true;
  return lone;
}

std::string escape_input(std::string_view input) {
  const std::vector<bool> lone = lone_parentheses(input);
  std::string out;
  for (std::size_t i = 0; i < input.size(); ++i) {
    const char next =
        i + 1 < input.size() ? input[i + 1] : ')';  // the input's own closing parenthesis
    const bool reads_as_escape =
        input[i] == '\\' && kInputEscapable.find(next) != std::string_view::npos;
    if (lone[i] || reads_as_escape) out += '\\';
    out += input[i];
  }
  return out;
}

std::string escape_result(std::string_view result, std::string_view close) {
  // Looked at together with the marker that follows: with "]]", a result "]" would end one byte
  // early.
  const std::string whole = std::string(result) + std::string(close);
  std::string out;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const bool reads_as_close = std::string_view(whole).substr(i).starts_with(close);
    const bool reads_as_escape =
        whole[i] == '\\' && (whole[i + 1] == '\\' || whole[i + 1] == close.front());
    if (reads_as_close || reads_as_escape) out += '\\';
    out += whole[i];
  }
  return out;
}

/// A cursor over the text of one call. Each step either advances, or leaves `state` at what stopped
/// it.
class CallScanner {
 public:
  CallScanner(const Markers& markers, std::string_view text) : markers_(markers), text_(text) {}

  Scan scan(bool stop_at_arrow) {
    if (literal(markers_.open) && blanks() && tool() && input()) after_input(stop_at_arrow);
    if (out_.state == Scan::State::kInvalid) out_.call = {};
    if (out_.state == Scan::State::kIncomplete) out_.call.result.reset();
    if (out_.state == Scan::State::kArrow || out_.state == Scan::State::kClosed) out_.size = at_;
    return std::move(out_);
  }

 private:
  bool stop(Scan::State state) {
    out_.state = state;
    return false;
  }
  bool ended() const { return at_ == text_.size(); }
  std::string_view rest() const { return text_.substr(at_); }

  bool literal(std::string_view expected) {
    if (rest().starts_with(expected)) {
      at_ += expected.size();
      return true;
    }
    return stop(expected.starts_with(rest()) ? Scan::State::kIncomplete : Scan::State::kInvalid);
  }

  bool blanks() {
    while (!ended() && base::is_blank(text_[at_])) ++at_;
    return ended() ? stop(Scan::State::kIncomplete) : true;
  }

  bool tool() {
    const std::size_t begin = at_;
    while (!ended() && is_name_byte(text_[at_])) ++at_;
    const std::string_view name = text_.substr(begin, at_ - begin);
    if (!name.empty() && !is_name_start(name.front())) return stop(Scan::State::kInvalid);
    if (ended()) return stop(Scan::State::kIncomplete);
    if (name.empty() || text_[at_] != '(') return stop(Scan::State::kInvalid);
    ++at_;
    out_.call.tool = name;
    return true;
  }

  /// One byte of content, taking a backslash away from in front of an `escapable` one.
  bool unescaped(std::string_view escapable, std::string& content) {
    if (text_[at_] == '\\') {
      if (at_ + 1 == text_.size()) return stop(Scan::State::kIncomplete);
      if (escapable.find(text_[at_ + 1]) != std::string_view::npos) ++at_;
    }
    content += text_[at_++];
    return true;
  }

  bool input() {
    for (std::size_t depth = 0; !ended();) {
      if (text_[at_] == ')' && depth == 0) {
        ++at_;
        return true;
      }
      if (text_[at_] == '(') ++depth;
      if (text_[at_] == ')') --depth;
      if (!unescaped(kInputEscapable, out_.call.input)) return false;
    }
    return stop(Scan::State::kIncomplete);
  }

  void after_input(bool stop_at_arrow) {
    if (!blanks()) return;
    const std::string_view close = base::trim_start(markers_.close);
    const Arrow arrow = split_arrow(markers_);
    if (rest().starts_with(close)) {
      at_ += close.size();
      stop(Scan::State::kClosed);
    } else if (rest().starts_with(arrow.visible)) {
      at_ += arrow.visible.size();
      if (stop_at_arrow) {
        stop(Scan::State::kArrow);
      } else {
        if (rest().starts_with(arrow.trailing)) at_ += arrow.trailing.size();
        result();
      }
    } else if (!close.starts_with(rest()) && !arrow.visible.starts_with(rest())) {
      stop(Scan::State::kInvalid);
    }
  }

  void result() {
    const char escapable[] = {'\\', markers_.close.front()};
    std::string content;
    while (!ended()) {
      if (rest().starts_with(markers_.close)) {
        at_ += markers_.close.size();
        out_.call.result = std::move(content);
        stop(Scan::State::kClosed);
        return;
      }
      if (!unescaped({escapable, 2}, content)) return;
    }
  }

  const Markers& markers_;
  std::string_view text_;
  std::size_t at_ = 0;
  Scan out_;
};

std::vector<const record::Call*> kept_calls(const record::Document& document) {
  std::vector<const record::Call*> kept;
  for (const record::Call& call : document.calls) {
    if (call.keep.value_or(false)) kept.push_back(&call);
  }
  std::stable_sort(kept.begin(), kept.end(),
                   [](const record::Call* a, const record::Call* b) { return a->at < b->at; });
  return kept;
}

WrittenCall written(const record::Call& call) {
  return {call.tool, call.input, call.result};
}

}  // namespace

void check(const Markers& markers) {
  const std::string_view close = base::trim_start(markers.close);
  const std::string_view arrow = split_arrow(markers).visible;
  for (const auto& [name, marker] : {std::pair{"open", std::string_view(markers.open)},
                                     std::pair{"close", std::string_view(markers.close)},
                                     std::pair{"arrow", std::string_view(markers.arrow)}}) {
    if (base::trim_start(marker).empty()) {
      base::throw_error<base::UsageError>("the {} marker is blank; give it a visible character",
                                          name);
    }
    if (marker.find_first_of(kInputEscapable) != std::string_view::npos) {
      base::throw_error<base::UsageError>(
          "the {} marker `{}` holds a backslash or a parenthesis, which have their own meaning in "
          "a "
          "call; choose another",
          name, marker);
    }
  }
  if (arrow.starts_with(close) || close.starts_with(arrow)) {
    base::throw_error<base::UsageError>(
        "the arrow `{}` and the close marker `{}` begin alike, so a call could be read in two "
        "ways; "
        "choose another for one of them",
        arrow, close);
  }
}

bool is_tool_name(std::string_view name) {
  return !name.empty() && is_name_start(name.front()) &&
         std::all_of(name.begin(), name.end(), is_name_byte);
}

std::string call_head(const Markers& markers, std::string_view tool) {
  if (!is_tool_name(tool)) {
    base::throw_error<base::DataError>(
        "`{}` is no tool name: a letter or _, then letters, digits and _", tool);
  }
  return markers.open + std::string(tool) + "(";
}

std::string call_until_arrow(const Markers& markers, const WrittenCall& call) {
  const std::size_t size = markers.arrow.size() - split_arrow(markers).trailing.size();
  return call_head(markers, call.tool) + escape_input(call.input) + ")" +
         markers.arrow.substr(0, size);
}

std::string call_after_arrow(const Markers& markers, std::string_view result) {
  return std::string(split_arrow(markers).trailing) + escape_result(result, markers.close) +
         markers.close;
}

std::string print_call(const Markers& markers, const WrittenCall& call) {
  if (call.result) return call_until_arrow(markers, call) + call_after_arrow(markers, *call.result);
  return call_head(markers, call.tool) + escape_input(call.input) + ")" + markers.close;
}

Scan scan_call(const Markers& markers, std::string_view text, bool stop_at_arrow) {
  return CallScanner(markers, text).scan(stop_at_arrow);
}

std::string render_augmented(const Markers& markers, const record::Document& document) {
  std::string out;
  std::size_t copied = 0;
  for (const record::Call* call : kept_calls(document)) {
    if (call->at > document.text.size()) {
      base::throw_error<base::DataError>(
          "document {}: a {} call at byte {}, but the text has {} bytes", document.id, call->tool,
          call->at, document.text.size());
    }
    out.append(document.text, copied, call->at - copied);
    out += print_call(markers, written(*call));
    copied = call->at;
  }
  return out.append(document.text, copied);
}

std::string strip_calls(const Markers& markers, const record::Document& document,
                        std::string_view augmented) {
  std::string out;
  std::size_t read = 0;
  for (const record::Call* call : kept_calls(document)) {
    const std::string printed = print_call(markers, written(*call));
    const std::size_t between = call->at - out.size();
    const std::string_view rest = augmented.substr(read);
    if (between > rest.size() || !rest.substr(between).starts_with(printed)) {
      base::throw_error<base::DataError>(
          "document {}: `{}` should stand {} bytes behind byte {} of the augmented text ({} "
          "bytes), but "
          "does not; render it again with tf-filter --steps select",
          document.id, printed, between, read, augmented.size());
    }
    out += rest.substr(0, between);
    read += between + printed.size();
  }
  out += augmented.substr(read);
  return out;
}

}  // namespace toolformer::calls
