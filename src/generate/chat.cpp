// SPDX-License-Identifier: Apache-2.0
#include "toolformer/generate/chat.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "toolformer/base/blank.h"
#include "toolformer/base/error.h"
#include "toolformer/base/suggest.h"
#include "toolformer/base/utf8.h"

namespace toolformer::generate {
namespace {

constexpr const char* kHelp =
    "  Any other line is continued by the model; // begins a line whose text begins with /\n"
    "  /tools on|off        calls, or none\n"
    "  /k N                 call when the open marker is among the N most likely tokens\n"
    "  /max-calls N         calls per answer\n"
    "  /max-new-tokens N    tokens of text per answer\n"
    "  /temperature X       0: always the most likely token\n"
    "  /top-k N  /top-p X   only the most likely tokens\n"
    "  /keep on|off         whether a line continues what stands before it\n"
    "  /settings            how these are set now\n"
    "  /reset               as at the start; nothing stands before the next line\n"
    "  /quit                or Ctrl-D; Ctrl-C ends the current answer only\n";

const std::vector<std::string>& commands() {
  static const std::vector<std::string> names = {
      "help",  "tools", "k",    "max-calls", "max-new-tokens", "temperature",
      "top-k", "top-p", "keep", "settings",  "reset",          "quit"};
  return names;
}

bool is_on(const std::string& name, const std::string& value) {
  if (value == "on" || value == "off") return value == "on";
  base::throw_error<base::UsageError>("/{} is on or off, not \"{}\"", name, value);
}

template <class Number>
Number number(const std::string& name, const std::string& value) {
  Number parsed{};
  const char* end = value.data() + value.size();
  const auto [read, problem] = std::from_chars(value.data(), end, parsed);
  if (problem != std::errc() || read != end) {
    base::throw_error<base::UsageError>("/{} takes a number, not \"{}\"", name, value);
  }
  return parsed;
}

}  // namespace

Chat::Chat(const decode::Setting& setting, ChatTerminal terminal)
    : setting_(setting), terminal_(std::move(terminal)), options_(setting.options) {
  kept_ = setting.start;
}

void Chat::run() {
  while (!quit_) {
    const std::optional<std::string> line = terminal_.read_line("> ");
    if (!line) return;
    try {
      if (line->starts_with('/') && !line->starts_with("//")) {
        command(*line);
      } else if (!line->empty()) {
        answer(line->starts_with("//") ? line->substr(1) : *line);
      }
    } catch (const base::UsageError& error) {
      say(fmt::format("{}\n", error.what()));
    } catch (const base::DataError& error) {
      say(fmt::format("{}\n", error.what()));
    }
  }
}

void Chat::say(const std::string& text) {
  quit_ = !terminal_.write(terminal_.style.color ? "\x1b[2m" + text + "\x1b[0m" : text) || quit_;
}

void Chat::answer(const std::string& text) {
  if (const auto place = base::find_invalid_utf8(text)) {
    base::throw_error<base::UsageError>("this line is no valid UTF-8 from byte {} on", *place);
  }
  decode::Options options = options_;
  if (!tools_) options.call_top_k = 0;
  decode::check(options);
  const bool goes_on = keep_ && kept_.cache != setting_.start.cache;
  const decode::Setting setting = {.model = setting_.model,
                                   .toolbox = setting_.toolbox,
                                   .markers = setting_.markers,
                                   .options = options,
                                   .start = goes_on ? kept_ : setting_.start,
                                   .seed = setting_.seed,
                                   .sequences = 1,
                                   .submit = setting_.submit};
  LiveText live(terminal_.style, terminal_.write, terminal_.go_on);
  const decode::Prompt prompt{
      fmt::format("chat:{}", answers_++), goes_on ? "\n" + text : text, {}, &live.watcher(), keep_};
  const std::string reason = decode::refusal(setting, prompt);
  if (!reason.empty()) {
    base::throw_error<base::DataError>("{}{}", reason, goes_on ? "; /reset forgets the rest" : "");
  }
  terminal_.write(shown(text, terminal_.style));
  const decode::Generation generation = decode::generate(setting, {&prompt, 1}).front();
  if (keep_) kept_ = generation.end;
  terminal_.write("\n");
  for (const record::Call& call : generation.calls) {
    if (call.error) say(show_failure(call) + "\n");
  }
  say(fmt::format("({} tokens, {:.2f} s, {:.2f} s of them in tools; {})\n", generation.new_tokens,
                  generation.seconds, generation.tool_seconds,
                  decode::finish_name(generation.finish)));
  quit_ = quit_ || !live.is_read();
}

void Chat::command(const std::string& line) {
  const std::size_t space = std::min(line.find(' '), line.size());
  const std::string name = line.substr(1, space - 1),
                    value(base::trim(std::string_view(line).substr(space)));
  if (name == "help") return say(kHelp);
  if (name == "settings") return say(settings());
  if (name == "quit") {
    quit_ = true;
    return;
  }
  if (name == "reset") {
    options_ = setting_.options;
    tools_ = true;
    keep_ = false;
    kept_ = setting_.start;
  } else {
    change(name, value);
  }
  say(settings());
}

void Chat::change(const std::string& name, const std::string& value) {
  decode::Options changed = options_;
  if (name == "tools") {
    tools_ = is_on(name, value);
  } else if (name == "keep") {
    keep_ = is_on(name, value);
    kept_ = setting_.start;
  } else if (name == "k") {
    changed.call_top_k = number<std::size_t>(name, value);
  } else if (name == "max-calls") {
    changed.max_calls = number<std::size_t>(name, value);
  } else if (name == "max-new-tokens") {
    changed.max_new_tokens = number<std::size_t>(name, value);
  } else if (name == "temperature") {
    changed.sampling.temperature = number<double>(name, value);
  } else if (name == "top-k") {
    changed.sampling.top_k = number<std::size_t>(name, value);
  } else if (name == "top-p") {
    changed.sampling.top_p = number<double>(name, value);
  } else {
    const auto nearest = base::nearest_name(name, commands());
    base::throw_error<base::UsageError>("there is no /{}{}; /help lists what there is", name,
                                        nearest ? ", did you mean /" + *nearest + "?" : "");
  }
  decode::check(changed);
  options_ = changed;
}

std::string Chat::settings() const {
  return fmt::format(
      "(tools {}, k {}, max-calls {}, max-new-tokens {}, temperature {}, top-k {}, top-p {}, keep "
      "{})\n",
      tools_ ? "on" : "off", options_.call_top_k, options_.max_calls, options_.max_new_tokens,
      options_.sampling.temperature, options_.sampling.top_k, options_.sampling.top_p,
      keep_ ? "on" : "off");
}

}  // namespace toolformer::generate
