// SPDX-License-Identifier: Apache-2.0
#include "chat_on_terminal.h"

#include <unistd.h>

#include <iostream>
#include <optional>
#include <string>

#include "toolformer/base/error.h"
#include "toolformer/base/stop_signal.h"
#include "toolformer/base/terminal.h"
#include "toolformer/generate/chat.h"

namespace toolformer::apps {

void chat_on_terminal(const generate::Generator& generator, const generate::ShowStyle& style) {
  const bool shows_prompt = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
  std::optional<base::StopSignal> stop;  // while an answer is made; Ctrl-C at the prompt leaves
  const auto read_line = [&](const std::string& prompt) -> std::optional<std::string> {
    const std::string signal = base::stop_signal_name();
    if (!signal.empty() && signal != "SIGINT") {
      base::throw_error<base::Interrupted>("stopped by {}", signal);
    }
    if (stop) stop->forget();
    stop.reset();
    std::string line;
    if (shows_prompt) base::write_stdout(prompt);
    if (!std::getline(std::cin, line)) return std::nullopt;
    stop.emplace();
    return line;
  };
  if (shows_prompt) base::write_stdout("A line is continued by the model; /help says more.\n");
  const decode::Setting setting = generator.setting();
  generate::Chat(setting,
                 {read_line, base::write_stdout, [] { return !base::stop_requested(); }, style})
      .run();
}

}  // namespace toolformer::apps
