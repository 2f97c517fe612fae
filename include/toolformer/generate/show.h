// SPDX-License-Identifier: Apache-2.0
// Generated text for a person: calls in line and coloured. Control characters of model and tools
// are escaped.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "toolformer/decode/tool_decoding.h"
#include "toolformer/record/document.h"

namespace toolformer::generate {

/// Prompt + text of a finished record, with the calls that were kept.
std::string show(const record::Document& document, bool color);

/// "Calculator(1 / 0) came to nothing: bad_input: division by zero"
std::string show_failure(const record::Call& call);

/// The same as show() piece by piece, while the text is made; without the prompt.
class LiveText {
 public:
  /// Takes text; false: nobody reads any more, and the generation ends.
  using Write = std::function<bool(std::string_view)>;
  /// `go_on` may end the generation too.
  LiveText(bool color, Write write, std::function<bool()> go_on);
  LiveText(const LiveText&) = delete;
  LiveText& operator=(const LiveText&) = delete;

  const decode::Watcher& watcher() const { return watcher_; }
  bool is_read() const { return read_; }

 private:
  void write(std::string_view text);

  Write write_;
  std::function<bool()> go_on_;
  bool read_ = true;
  decode::Watcher watcher_;
};

}  // namespace toolformer::generate
