// SPDX-License-Identifier: Apache-2.0
#include "toolformer/generate/show.h"

#include <fmt/format.h>

#include <utility>

#include "toolformer/base/log.h"
#include "toolformer/base/terminal.h"
#include "toolformer/calls/call_syntax.h"

namespace toolformer::generate {
namespace {

std::string show_call(const record::Call& call, bool color) {
  const std::string written = base::escape_controls(
      calls::print_call(calls::Markers{}, {call.tool, call.input, call.result}));
  return color ? "\x1b[1;32m" + written + "\x1b[0m" : written;
}

}  // namespace

std::string show(const record::Document& document, bool color) {
  std::string shown;
  std::size_t done = 0;
  for (const record::Call& call : document.calls) {
    if (!call.keep.value_or(false)) continue;
    shown += base::escape_controls(document.text.substr(done, call.at - done), true);
    done = call.at;
    shown += show_call(call, color);
  }
  return shown + base::escape_controls(document.text.substr(done), true);
}

std::string show_failure(const record::Call& call) {
  return fmt::format("{}({}) came to nothing: {}: {}", base::escape_for_log(call.tool),
                     base::escape_for_log(call.input), base::escape_for_log(call.error->kind),
                     base::escape_for_log(call.error->message));
}

LiveText::LiveText(bool color, Write write, std::function<bool()> go_on)
    : write_(std::move(write)), go_on_(std::move(go_on)) {
  watcher_.text = [this](std::string_view text) { this->write(base::escape_controls(text, true)); };
  watcher_.call = [this, color](const record::Call& call) {
    if (!call.error) this->write(show_call(call, color));
  };
  watcher_.go_on = [this] { return read_ && go_on_(); };
}

void LiveText::write(std::string_view text) {
  read_ = read_ && write_(text);
}

}  // namespace toolformer::generate
