// SPDX-License-Identifier: Apache-2.0
// Generated text on standard output: calls in line. On a terminal coloured, and control characters
// of model and tools escaped; a file or a pipe gets the bytes as the model wrote them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "toolformer/base/terminal.h"
#include "toolformer/decode/tool_decoding.h"
#include "toolformer/record/document.h"

namespace toolformer::generate {

struct ShowStyle {
  bool color = false;   ///< of calls
  bool escaped = true;  ///< nothing steers the terminal (base/terminal.h)
};

/// That of standard output.
ShowStyle style_of_stdout(base::Color choice);

/// The text as it is shown.
std::string shown(std::string_view text, const ShowStyle& style);

/// Prompt + text of a finished record, with the calls that were kept.
std::string show(const record::Document& document, const ShowStyle& style);

/// "Calculator(1 / 0) came to nothing: bad_input: division by zero"
std::string show_failure(const record::Call& call);

/// The same as show() piece by piece, while the text is made; without the prompt.
class LiveText {
 public:
  /// Takes text; false: nobody reads any more, and the generation ends.
  using Write = std::function<bool(std::string_view)>;
  /// `go_on` may end the generation too.
  LiveText(ShowStyle style, Write write, std::function<bool()> go_on);
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
