// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/translate/translate_process.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"
#include "toolformer/sandbox/framed_process.h"
#include "toolformer/tools/contract/idle_pool.h"
#include "toolformer/tools/contract/settings_hash.h"
#include "toolformer/tools/translate/apertium.h"
#include "toolformer/tools/translate/source_language.h"
#include "toolformer/tools/transport/confined_program.h"

namespace toolformer::tools {
namespace {

constexpr const char* kAnyLanguage = "";  ///< of a program that is not told it

/// Text to bytes that are sent, and bytes up to the end mark to text.
struct Protocol {
  std::string end_mark;
  std::string (*write)(std::string_view text);
  std::string (*read)(std::string_view answer);
};

std::string to_line(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r' || c == '\0'; }, ' ');
  return line + '\n';
}

std::string from_line(std::string_view answer) {
  return std::string(answer);
}

/// How texts of one language are translated.
struct Route {
  sandbox::Program program;
  IdlePool<sandbox::FramedProcess> idle;
};

class TranslateProcess : public Tool {
 public:
  struct Parts {
    std::string name;
    SourceLanguage source;
    ConfinedProgram program;
    Protocol protocol;
    /// Arguments of the program by source language.
    std::map<std::string, std::vector<std::string>> commands;
    std::string version;
  };
  explicit TranslateProcess(Parts parts) : parts_(std::move(parts)) {
    for (const auto& [language, arguments] : parts_.commands) {
      sandbox::Program& program = routes_[language].program;
      program = parts_.program.program();
      std::copy(arguments.begin() + 1, arguments.end(), program.arguments.begin() + 1);
    }
  }

  std::string name() const override { return parts_.name; }
  std::string version() const override { return parts_.version; }
  ToolTraits traits() const override { return {.is_remote = true}; }
  std::optional<std::string> sample_input() const override { return parts_.source.sample_input(); }

  Outcome call(std::string_view input, const CallContext& context) const override {
    const Outcome language = parts_.source.identify(input);
    if (!language.ok()) return language;
    auto route = routes_.find(language.result);
    if (route == routes_.end()) route = routes_.find(kAnyLanguage);
    if (route == routes_.end()) {
      return Outcome::error(
          error_kind::kBadInput,
          fmt::format("it is in a language ({}) that is not translated here", language.result));
    }
    try {
      return parts_.program.without_secrets(translate(route->second, input, context.deadline));
    } catch (const sandbox::Failure& failure) {
      return parts_.program.failed(failure);
    }
  }

 private:
  using Deadline = sandbox::FramedProcess::Deadline;

  /// A process that said too little, too much or nothing is not put back.
  Outcome translate(Route& route, std::string_view input, Deadline deadline) const {
    std::unique_ptr<sandbox::FramedProcess> process = route.idle.take();
    while (process && process->is_out_of_step()) process = route.idle.take();
    if (!process) {
      process = std::make_unique<sandbox::FramedProcess>(parts_.program.confinement(),
                                                         route.program, parts_.protocol.end_mark);
    }
    process->send(parts_.protocol.write(input), deadline);
    std::string text = parts_.protocol.read(process->receive(deadline));
    if (!process->is_out_of_step()) route.idle.put(std::move(process));
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
      return Outcome::error(error_kind::kNoResult, "the translation is empty");
    }
    return Outcome::value(std::move(text));
  }

  Parts parts_;
  mutable std::map<std::string, Route, std::less<>> routes_;  // the map itself stays as it is
};

/// What a mode reads and how: a newer language pair translates otherwise.
std::vector<std::string> version_of(const ApertiumMode& mode) {
  std::vector<std::string> parts = {mode.pipeline};
  for (const auto& file : mode.data) {
    std::error_code error;
    if (std::filesystem::is_regular_file(file, error)) parts.push_back(base::sha256_of_file(file));
  }
  return parts;
}

std::unique_ptr<Tool> make_apertium(const std::string& name, SourceLanguage source,
                                    formats::TomlTable& settings, const ToolResources& resources) {
  const std::filesystem::path modes =
      resources.folder / settings.string("modes", "/usr/share/apertium/modes");
  std::map<std::string, std::vector<std::string>> commands;
  std::vector<std::string> parts;
  for (const auto& [language, mode] : settings.string_map("apertium")) {
    try {
      const ApertiumMode read = read_apertium_mode(modes / (mode + ".mode"));
      commands[language] = {"sh", "-c", read.pipeline};
      const std::vector<std::string> version = version_of(read);
      parts.push_back(language);
      parts.insert(parts.end(), version.begin(), version.end());
    } catch (const base::UsageError& error) {
      settings.refuse("apertium", error.what());
    }
  }
  if (commands.empty()) settings.refuse("apertium", "no language, such as { es = \"spa-eng\" }");
  ConfinedProgram program(
      {.arguments = {"sh", "-c", ""}, .cpu_seconds = 0, .environment = {{"LC_ALL", "C.UTF-8"}}},
      settings, resources);
  std::string version = fmt::format("translate_process 1 {} {} {}", program.version(),
                                    settings_hash(parts), source.version());
  return std::make_unique<TranslateProcess>(
      TranslateProcess::Parts{.name = name,
                              .source = std::move(source),
                              .program = std::move(program),
                              .protocol = {std::string(1, '\0'), to_apertium, from_apertium},
                              .commands = std::move(commands),
                              .version = std::move(version)});
}

std::string filled(std::string argument, std::string_view hole, const std::string& value) {
  for (std::size_t at = 0; (at = argument.find(hole, at)) != std::string::npos;
       at += value.size()) {
    argument.replace(at, hole.size(), value);
  }
  return argument;
}

std::unique_ptr<Tool> make_lines(const std::string& name, SourceLanguage source,
                                 formats::TomlTable& settings, const ToolResources& resources) {
  const std::vector<std::string> command = read_command(settings);
  const bool asks = std::any_of(command.begin() + 1, command.end(), [](const std::string& word) {
    return word.find("{source}") != std::string::npos;
  });
  const std::vector<std::string> languages =
      asks ? source.sources() : std::vector<std::string>{kAnyLanguage};
  if (languages.empty()) {
    settings.refuse("languages", "with {source} in `command`, name those that are translated");
  }
  ConfinedProgram program({.arguments = command, .cpu_seconds = 0}, settings, resources);
  std::map<std::string, std::vector<std::string>> commands;
  for (const std::string& language : languages) {
    for (const std::string& word : command) {
      commands[language].push_back(
          filled(filled(word, "{source}", language), "{target}", source.target()));
    }
  }
  std::string version =
      fmt::format("translate_process 1 {} {}", program.version(), source.version());
  return std::make_unique<TranslateProcess>(
      TranslateProcess::Parts{.name = name,
                              .source = std::move(source),
                              .program = std::move(program),
                              .protocol = {"\n", to_line, from_line},
                              .commands = std::move(commands),
                              .version = std::move(version)});
}

}  // namespace

std::vector<std::unique_ptr<Tool>> make_translate_process(const std::string& name,
                                                          formats::TomlTable& settings,
                                                          const ToolResources& resources) {
  if (settings.has("apertium") == settings.has("command")) {
    settings.refuse("command", "a translator is a `command`, or `apertium`: give one of the two");
  }
  SourceLanguage source(settings, resources);
  const auto make = settings.has("apertium") ? make_apertium : make_lines;
  return one_tool(make(name, std::move(source), settings, resources));
}

}  // namespace toolformer::tools
