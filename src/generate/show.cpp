// SPDX-License-Identifier: Apache-2.0
#include "toolformer/generate/show.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "toolformer/base/log.h"
#include "toolformer/base/terminal.h"
#include "toolformer/calls/call_syntax.h"

namespace toolformer::generate {
namespace {

std::string show_call(const record::Call& call, const ShowStyle& style) {
  const std::string call_text =
      calls::print_call(calls::Markers{}, {call.tool, call.input, call.result});
  // Not even a line break of a result is one on a terminal.
  const std::string written = style.escaped ? base::escape_controls(call_text) : call_text;
  return style.color ? "\x1b[1;32m" + written + "\x1b[0m" : written;
}

}  // namespace

ShowStyle style_of_stdout(base::Color choice) {
  return {.color = base::use_color(choice, STDOUT_FILENO), .escaped = isatty(STDOUT_FILENO) != 0};
}

std::string shown(std::string_view text, const ShowStyle& style) {
  return style.escaped ? base::escape_controls(text, true) : std::string(text);
}

std::string show(const record::Document& document, const ShowStyle& style) {
  const std::string_view text = document.text;
  std::string all;
  std::size_t done = 0;
  for (const record::Call& call : document.calls) {
    if (!call.keep.value_or(false)) continue;
    all += shown(text.substr(done, call.at - done), style);
    done = call.at;
    all += show_call(call, style);
  }
  return all + shown(text.substr(done), style);
}

std::string show_failure(const record::Call& call) {
  return fmt::format("{}({}) came to nothing: {}: {}", base::escape_for_log(call.tool),
                     base::escape_for_log(call.input), base::escape_for_log(call.error->kind),
                     base::escape_for_log(call.error->message));
}

LiveText::LiveText(ShowStyle style, Write write, std::function<bool()> go_on)
    : write_(std::move(write)), go_on_(std::move(go_on)) {
  watcher_.text = [this, style](std::string_view text) { this->write(shown(text, style)); };
  watcher_.call = [this, style](const record::Call& call) {
    if (!call.error) this->write(show_call(call, style));
  };
  watcher_.go_on = [this] { return read_ && go_on_(); };
}

void LiveText::write(std::string_view text) {
  read_ = read_ && write_(text);
}

}  // namespace toolformer::generate
