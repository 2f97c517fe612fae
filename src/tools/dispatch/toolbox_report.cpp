// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/dispatch/toolbox_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "toolformer/base/error.h"
#include "toolformer/base/log.h"
#include "toolformer/tools/dispatch/dispatcher.h"
#include "toolformer/tools/dispatch/toolbox_file.h"

namespace toolformer::tools {
namespace {

std::string limits_of(const ToolSettings& settings, bool is_remote) {
  std::string limits =
      fmt::format("input {} B, result {} tokens", settings.max_input, settings.result.tokens);
  if (!is_remote) return limits;
  limits += fmt::format(", {} at once, {} s, {} retries", settings.concurrency,
                        settings.timeout.count(), settings.retries);
  if (settings.rate > 0) limits += fmt::format(", {} calls/s", settings.rate);
  return limits + (settings.cache ? ", cached" : "");
}

bool is_local_kind(const std::string& kind) {
  return kind == "calculator" || kind == "calendar" || kind == "wiki_search";
}

std::string remedy_for(const CheckedTool& tool, const std::string& place) {
  const std::string& kind = tool.outcome.error_kind;
  if (kind == error_kind::kTimeout) return "see why it is slow, or raise `timeout` at " + place;
  if (kind == error_kind::kUnavailable) return "start it, or correct where it is found at " + place;
  if (kind == error_kind::kRefused) return "allow what it needs at " + place;
  if (kind == error_kind::kToolFailed) return "run it by hand; it is configured at " + place;
  return "if the input is the reason, set `sample` to one that it can answer at " + place;
}

/// What the options choose, or every entry that is used by default.
std::vector<std::string> chosen(const ToolboxOptions& options, const ToolboxFile& file) {
  std::vector<std::string> names = options.tools.empty() ? file.tools : options.tools;
  if (names.empty()) {
    for (const auto& [name, entry] : file.entries) {
      const std::string& index = options.index.empty() ? file.index : options.index;
      if (is_used_by_default(entry, index)) names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

CheckedTool check_one(const std::string& name, const Toolbox& toolbox, const std::string& date) {
  const Toolbox::Entry& entry = *toolbox.find(name);
  CheckedTool tool{
      .name = name,
      .kind = entry.kind,
      .input = entry.settings.sample ? entry.settings.sample : entry.tool->sample_input()};
  if (!tool.input) {
    tool.remedy = "name an input that it can answer, `sample`, at " + entry.origin;
    return tool;
  }
  Dispatcher dispatcher(toolbox);
  tool.outcome = dispatcher.call({name, *tool.input, date}).outcome;
  if (!tool.outcome.ok()) tool.remedy = remedy_for(tool, entry.origin);
  return tool;
}

}  // namespace

std::string list_toolbox(const ToolboxOptions& options) {
  const ToolboxFile file = read_toolbox_files(options.file);
  std::size_t name_width = 0, kind_width = 0;
  for (const auto& [name, entry] : file.entries) {
    name_width = std::max(name_width, name.size());
    kind_width = std::max(kind_width, entry.kind.size());
  }
  std::string lines;
  for (const auto& [name, entry] : file.entries) {
    formats::TomlTable table = entry.settings;
    const std::string limits = limits_of(read_tool_settings(table), !is_local_kind(entry.kind));
    lines += fmt::format("{:<{}}  {:<{}}  {:<3}  {}  ({})\n", name, name_width, entry.kind,
                         kind_width, entry.enabled ? "on" : "off", limits, entry.origin);
  }
  return lines;
}

std::vector<CheckedTool> check_toolbox(const ToolboxOptions& options, const std::string& date) {
  const ToolboxFile file = read_toolbox_files(options.file);
  std::vector<CheckedTool> checked;
  for (const std::string& name : chosen(options, file)) {
    ToolboxOptions one = options;
    one.tools = {name};
    try {
      const Toolbox toolbox = make_toolbox(one);
      for (const std::string& tool : toolbox.names()) {
        checked.push_back(check_one(tool, toolbox, date));
      }
    } catch (const base::Error& error) {
      if (error.code() == base::ExitCode::kInterrupted) throw;
      const auto entry = file.entries.find(name);
      checked.push_back({.name = name,
                         .kind = entry == file.entries.end() ? "?" : entry->second.kind,
                         .input = {},
                         .outcome = Outcome::error("not_configured", error.what()),
                         .remedy = "see above; without it: enabled = false"});
    }
  }
  return checked;
}

std::string show(const std::vector<CheckedTool>& tools) {
  std::string lines;
  for (const CheckedTool& tool : tools) {
    if (tool.outcome.ok() && !tool.input) {
      lines += fmt::format("--    {} ({}): there, but not called\n      remedy: {}\n", tool.name,
                           tool.kind, tool.remedy);
    } else if (tool.outcome.ok()) {
      lines += fmt::format("ok    {} ({}): {} -> {}\n", tool.name, tool.kind,
                           base::escape_for_log(*tool.input), tool.outcome.result);
    } else {
      lines += fmt::format("FAIL  {} ({}): {}: {}\n      remedy: {}\n", tool.name, tool.kind,
                           tool.outcome.error_kind,
                           base::escape_for_log(tool.outcome.error_message), tool.remedy);
    }
  }
  return lines;
}

}  // namespace toolformer::tools
