// SPDX-License-Identifier: Apache-2.0
#include "reference.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <vector>

#include "toolformer/base/error.h"
#include "toolformer/version.h"

namespace toolformer::apps {
namespace {

/// An option by its long name, as the shells and the manual see it.
struct Flag {
  std::string name, group, description, type, preset;
  std::vector<std::string> choices;
  bool takes_value = true;
};

/// "{input,delta}" and "TEXT:{trace,debug}" -> the names.
std::vector<std::string> choices_of(const std::string& type) {
  const std::size_t begin = type.find('{'), end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos) return {};
  return CLI::detail::split(type.substr(begin + 1, end - begin - 1), ',');
}

std::vector<Flag> flags_of(const CLI::App& app) {
  std::vector<Flag> flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      const std::string type = option->get_type_name();
      flags.push_back({name, option->get_group(), option->get_description(), type,
                       option->get_default_str(), choices_of(type),
                       option->get_expected_max() > 0});
    }
  }
  for (const CLI::App* command : app.get_subcommands({})) {
    for (Flag& flag : flags_of(*command)) {
      const bool is_known = std::any_of(flags.begin(), flags.end(),
                                        [&](const Flag& one) { return one.name == flag.name; });
      if (!is_known) flags.push_back(std::move(flag));
    }
  }
  return flags;
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

std::string in_quotes(const std::string& text) {
  return "'" + replaced(text, "'", "'\\''") + "'";
}

std::string bash(const CLI::App& app, const Program& program) {
  const std::string function = "_" + replaced(program.name, "-", "_");
  std::string script = fmt::format(
      "{}() {{\n  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}\n"
      "  case $before in\n",
      function);
  std::string names;
  for (const Flag& flag : flags_of(app)) {
    names += " --" + flag.name;
    if (!flag.choices.empty()) {
      script += fmt::format("    --{}) COMPREPLY=($(compgen -W '{}' -- \"$word\")); return ;;\n",
                            flag.name, fmt::join(flag.choices, " "));
    }
  }
  return script +
         fmt::format(
             "  esac\n  COMPREPLY=()\n"
             "  if [[ $word == -* ]]; then COMPREPLY=($(compgen -W '{}' -- \"$word\"))\n"
             "  elif ((COMP_CWORD == 1)); then COMPREPLY=($(compgen -W '{}' -- \"$word\"))\n"
             "  fi\n}}\ncomplete -o default -F {} {}\n",
             names, fmt::join(commands_of(app), " "), function, program.name);
}

std::string zsh(const CLI::App& app, const Program& program) {
  std::string script = fmt::format("#compdef {}\n_arguments", program.name);
  for (const Flag& flag : flags_of(app)) {
    std::string text = flag.description;
    for (const char* special : {"\\", "[", "]", ":"})
      text = replaced(text, special, std::string("\\") + special);
    std::string entry = fmt::format("--{}[{}]", flag.name, text);
    if (!flag.choices.empty()) {
      entry += fmt::format(":{}:({})", flag.name, fmt::join(flag.choices, " "));
    } else if (flag.takes_value) {
      entry += fmt::format(":{}:_files", flag.name);
    }
    script += " \\\n  " + in_quotes(entry);
  }
  const std::vector<std::string> commands = commands_of(app);
  if (!commands.empty()) script += fmt::format(" \\\n  '1:command:({})'", fmt::join(commands, " "));
  return script + " \\\n  '*:file:_files'\n";
}

std::string fish(const CLI::App& app, const Program& program) {
  std::string script;
  for (const Flag& flag : flags_of(app)) {
    const std::string text =
        "'" + replaced(replaced(flag.description, "\\", "\\\\"), "'", "\\'") + "'";
    script += fmt::format("complete -c {} -l {} -d {}", program.name, flag.name, text);
    if (!flag.choices.empty()) {
      script += fmt::format(" -x -a '{}'", fmt::join(flag.choices, " "));
    } else if (flag.takes_value) {
      script += " -r";
    }
    script += "\n";
  }
  for (const std::string& command : commands_of(app))
    script += fmt::format("complete -c {} -n __fish_use_subcommand -a {}\n", program.name, command);
  return script;
}

/// Text for troff: no line begins with a control character, a minus stays one.
std::string troff(const std::string& text) {
  std::string escaped = replaced(replaced(text, "\\", "\\e"), "-", "\\-");
  if (escaped.starts_with('.') || escaped.starts_with('\'')) escaped.insert(0, "\\&");
  return escaped;
}

std::string man(const CLI::App& app, const Program& program) {
  std::string upper = program.name;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  std::string page = fmt::format(
      ".TH {} 1 \"\" \"toolformer {}\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n.B {}\n{}[OPTIONS]\n",
      upper, kVersion, troff(program.name), troff(program.summary), troff(program.name),
      commands_of(app).empty() ? ""
                               : troff(fmt::format("{{{}}} ", fmt::join(commands_of(app), ","))));
  std::string group;
  page += ".SH OPTIONS\n";
  std::vector<Flag> flags = flags_of(app);
  std::stable_sort(flags.begin(), flags.end(), [](const Flag& a, const Flag& b) {
    // Groups in the order of their first option: "Options" comes first.
    return (a.group == "Options") > (b.group == "Options") ||
           ((a.group == "Options") == (b.group == "Options") && a.group < b.group);
  });
  for (const Flag& flag : flags) {
    if (flag.group != group) page += fmt::format(".SS {}\n", group = flag.group);
    page += fmt::format(".TP\n.B {}{}\n{}{}\n", troff("--" + flag.name),
                        flag.takes_value ? " " + troff(flag.type) : "", troff(flag.description),
                        flag.preset.empty() || flag.preset == "[]" || !flag.takes_value
                            ? ""
                            : troff(fmt::format(" (default: {})", flag.preset)));
  }
  page += ".SH ENVIRONMENT\n";
  for (const auto& [name, meaning] :
       {std::pair{"TOOLFORMER_CONFIGS", "folder of the shipped prompts and settings"},
        {"OMP_NUM_THREADS", "threads, where \\-\\-threads is not given"},
        {"NO_COLOR", "set: no colours"},
        {"COLUMNS", "width, where the output is no terminal"}})
    page += fmt::format(".TP\n.B {}\n{}\n", name, meaning);
  page +=
      ".SH EXIT STATUS\n0 done; 1 bug or I/O error; 2 usage or configuration; 3 bad input data; "
      "4 finished, but more records failed than allowed; 75 stopped on request, the same "
      "command goes on.\n";
  return page + fmt::format(".SH EXAMPLE\n.nf\n{}\n.fi\n.SH SEE ALSO\n{}\n", troff(program.example),
                            troff(program.see_also));
}

}  // namespace

std::string reference(std::string_view kind, const CLI::App& app, const Program& program) {
  if (kind == "man") return man(app, program);
  if (kind == "bash") return bash(app, program);
  if (kind == "zsh") return zsh(app, program);
  if (kind == "fish") return fish(app, program);
  base::throw_error<base::UsageError>("--reference must be man, bash, zsh or fish, got {}", kind);
}

}  // namespace toolformer::apps
