// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/dispatch/toolbox.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"
#include "toolformer/base/suggest.h"
#include "toolformer/calls/call_syntax.h"
#include "toolformer/tools/builtin/calculator.h"
#include "toolformer/tools/builtin/calendar.h"
#include "toolformer/tools/builtin/qa_reader.h"
#include "toolformer/tools/builtin/wiki_search.h"
#include "toolformer/tools/dispatch/toolbox_file.h"
#include "toolformer/tools/mcp/mcp_tool.h"
#include "toolformer/tools/remote/command_tool.h"
#include "toolformer/tools/remote/http_tool.h"
#include "toolformer/tools/remote/openai_tool.h"
#include "toolformer/tools/translate/libretranslate.h"
#include "toolformer/tools/translate/translate_process.h"

namespace toolformer::tools {
namespace {

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known) {
  const auto nearest = base::nearest_name(name, known);
  return nearest ? fmt::format(" (did you mean {}?)", *nearest) : std::string();
}

template <class Map>
std::vector<std::string> keys(const Map& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}

/// Makes tools of entries, and takes those that are wanted.
class Maker {
 public:
  explicit Maker(const ToolboxOptions& options) : file_(read_toolbox_files(options.file)) {
    resources_ = {.folder = {},
                  .index = options.index.empty() ? file_.index : options.index,
                  .now = options.now ? options.now
                         : file_.now ? file_.now
                                     : options.default_now,
                  .decimals = file_.decimals.value_or(2),
                  .exclude_own = options.exclude_own,
                  .unsafe_no_sandbox = options.unsafe_no_sandbox,
                  .load_model = options.load_model};
    open_marker_ = options.open_marker;
    const std::vector<std::string>& names = options.tools.empty() ? file_.tools : options.tools;
    wanted_ = {names.begin(), names.end()};
  }

  Toolbox make() {
    for (const auto& [name, entry] : file_.entries) {
      if (wanted_.empty() ? is_used_by_default(entry, resources_.index) : wanted_.count(name) > 0)
        make(name, entry);
    }
    for (const auto& [name, entry] : file_.entries) {
      if (!missing().empty() && entry.enabled && entry.kind == "mcp") make_named(name, entry);
    }
    for (const std::string& name : missing()) refuse_tool(file_, name);
    return std::move(toolbox_);
  }

 private:
  std::vector<Toolbox::Entry> entries(const std::string& name, const ToolboxEntry& entry) {
    const auto kind = tool_kinds().find(entry.kind);
    if (kind == tool_kinds().end()) {
      entry.settings.refuse("kind", fmt::format("`{}` is unknown{}; there are {}", entry.kind,
                                                did_you_mean(entry.kind, keys(tool_kinds())),
                                                fmt::join(keys(tool_kinds()), ", ")));
    }
    formats::TomlTable settings = entry.settings;
    ToolSettings shared = read_tool_settings(settings);
    shared.result.open_marker = open_marker_;
    resources_.folder = entry.folder;
    std::vector<Toolbox::Entry> made;
    for (std::unique_ptr<Tool>& tool : kind->second(name, settings, resources_)) {
      made.push_back({std::move(tool), shared, entry.kind, entry.origin});
    }
    settings.refuse_unknown();
    return made;
  }

  void make(const std::string& name, const ToolboxEntry& entry) {
    made_.insert(name);
    for (Toolbox::Entry& made : entries(name, entry)) {
      made_.insert(made.tool->name());
      toolbox_.add(std::move(made));
    }
  }

  /// Those of a server's tools that were asked for by their own names.
  void make_named(const std::string& name, const ToolboxEntry& entry) {
    if (made_.count(name) > 0) return;
    for (Toolbox::Entry& made : entries(name, entry)) {
      if (wanted_.count(made.tool->name()) == 0) continue;
      made_.insert(made.tool->name());
      toolbox_.add(std::move(made));
    }
  }

  std::vector<std::string> missing() const {
    std::vector<std::string> names;
    std::set_difference(wanted_.begin(), wanted_.end(), made_.begin(), made_.end(),
                        std::back_inserter(names));
    return names;
  }

  ToolboxFile file_;
  ToolResources resources_;
  std::string open_marker_;
  std::set<std::string> wanted_;
  std::set<std::string> made_;
  Toolbox toolbox_;
};

}  // namespace

void Toolbox::add(Entry entry) {
  const std::string name = entry.tool->name();
  if (!calls::is_tool_name(name)) {
    base::throw_error<base::UsageError>(
        "{}tool `{}`: calls cannot name it; a name is a letter or _, then letters, digits and _",
        entry.origin.empty() ? "" : entry.origin + " ", name);
  }
  if (!tools_.emplace(name, std::move(entry)).second) {
    base::throw_error<base::UsageError>("tool {} is there twice", name);
  }
}

const Toolbox::Entry* Toolbox::find(std::string_view name) const {
  const auto found = tools_.find(name);
  return found == tools_.end() ? nullptr : &found->second;
}

std::vector<std::string> Toolbox::names() const {
  return keys(tools_);
}

Toolbox Toolbox::those(const std::function<bool(const std::string& name)>& wanted) const {
  Toolbox some;
  for (const auto& [name, entry] : tools_) {
    if (wanted(name)) some.tools_.emplace(name, entry);
  }
  return some;
}

std::string Toolbox::fingerprint() const {
  base::Sha256 hash;
  for (const auto& [name, entry] : tools_) {
    hash.update(fmt::format("{} {}\n{}\n", name, entry.tool->version(), entry.settings.version()));
  }
  return hash.hex();
}

Outcome Toolbox::call(const std::string& tool, std::string_view input,
                      const CallContext& context) const {
  const Entry* found = find(tool);
  if (found == nullptr) {
    return ToolSettings{}.finish(
        tool, input,
        Outcome::error(error_kind::kUnknownTool,
                       fmt::format("`{}` is no tool here{}", tool, did_you_mean(tool, names()))));
  }
  return found->call(input, context);
}

Outcome Toolbox::Entry::call(std::string_view input, const CallContext& context) const {
  std::optional<Outcome> refused = settings.refuse_input(input);
  if (refused) return settings.finish(tool->name(), input, std::move(*refused));
  try {
    return settings.finish(tool->name(), input, tool->call(input, context));
  } catch (const std::exception& error) {  // one call must not end a run
    return settings.finish(tool->name(), input,
                           Outcome::error(error_kind::kToolFailed, error.what()));
  }
}

std::optional<std::string> Toolbox::Entry::other_result(std::string_view input,
                                                        std::string_view result,
                                                        const CallContext& context,
                                                        const base::KeyedRandom& draw) const {
  std::optional<std::string> other = tool->other_result(result, context, draw);
  if (!other) return std::nullopt;
  Outcome outcome = settings.finish(tool->name(), input, Outcome::value(std::move(*other)));
  if (!outcome.ok() || outcome.result == result) return std::nullopt;
  return std::move(outcome.result);
}

std::vector<std::unique_ptr<Tool>> one_tool(std::unique_ptr<Tool> tool) {
  std::vector<std::unique_ptr<Tool>> tools;
  tools.push_back(std::move(tool));
  return tools;
}

const std::map<std::string, ToolFactory, std::less<>>& tool_kinds() {
  static const std::map<std::string, ToolFactory, std::less<>> kinds = {
      {"calculator", make_calculator},   {"calendar", make_calendar},
      {"command", make_command_tool},    {"python", make_python_tool},
      {"http", make_http_tool},          {"libretranslate", make_libretranslate_tool},
      {"mcp", make_mcp_tools},           {"openai", make_openai_tool},
      {"qa_reader", make_qa_reader},     {"translate_process", make_translate_process},
      {"wiki_search", make_wiki_search},
  };
  return kinds;
}

Toolbox make_toolbox(const ToolboxOptions& options) {
  return Maker(options).make();
}

}  // namespace toolformer::tools
