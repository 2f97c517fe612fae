// SPDX-License-Identifier: Apache-2.0
// tf-generate --chat: a person tries a model by hand. Every line is continued; lines that begin
// with a slash change how (/help). The model continues text as it stands: a model's own chat
// template is not applied.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "toolformer/decode/tool_decoding.h"
#include "toolformer/generate/show.h"
#include "toolformer/lm/language_model.h"

namespace toolformer::generate {

/// Where the person is.
struct ChatTerminal {
  /// A line, asked for with this prompt; nothing: there are no more.
  std::function<std::optional<std::string>(const std::string& prompt)> read_line;
  std::function<bool(std::string_view text)> write;  ///< false: nobody reads any more
  std::function<bool()> go_on;                       ///< false: the current answer ends
  ShowStyle style = {};
};

class Chat {
 public:
  /// `setting` with its options as they are at the start, and again after /reset.
  Chat(const decode::Setting& setting, ChatTerminal terminal);

  /// Until /quit or the last line.
  void run();

 private:
  void answer(const std::string& text);
  void command(const std::string& line);
  void change(const std::string& name, const std::string& value);
  std::string settings() const;
  void say(const std::string& text);

  const decode::Setting& setting_;
  ChatTerminal terminal_;
  decode::Options options_;
  bool tools_ = true;
  bool keep_ = false;  // whether a line continues what stands before it
  bool quit_ = false;
  lm::Prefix kept_;          // what stands before the next line
  std::size_t answers_ = 0;  // keys the draws
};

}  // namespace toolformer::generate
