// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/toolbox.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"
#include "toolformer/base/suggest.h"
#include "toolformer/tools/calculator.h"
#include "toolformer/tools/calendar.h"
#include "toolformer/tools/wiki_search.h"

namespace toolformer::tools {
namespace {

std::vector<std::string> built_in() {
  return {"Calculator", "Calendar", "WikiSearch"};
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known) {
  const auto nearest = base::nearest_name(name, known);
  return nearest ? fmt::format("; did you mean {}?", *nearest) : std::string();
}

std::unique_ptr<Tool> make_tool(const std::string& name, const ToolboxOptions& options) {
  if (name == "Calculator") return std::make_unique<Calculator>(options.decimals);
  if (name == "Calendar") return std::make_unique<Calendar>(options.now);
  if (name == "WikiSearch") {
    if (options.index.empty()) {
      throw base::UsageError(
          "WikiSearch needs an index; make one with tf-index and give it with --index FILE");
    }
    return std::make_unique<WikiSearch>(options.index);
  }
  if (name == "QA" || name == "MT") {
    base::throw_error<base::UsageError>("tool {} is not built into this version; there are {}",
                                        name, fmt::join(built_in(), ", "));
  }
  base::throw_error<base::UsageError>("tool `{}` is unknown{} There are {}", name,
                                      did_you_mean(name, built_in()), fmt::join(built_in(), ", "));
}

/// A message may quote a document or a server; it goes into a line of JSON and onto a terminal.
std::string clean_message(const std::string& message) {
  const Outcome cleaned = clean_result(message);
  return cleaned.ok() ? cleaned.result : "(the tool's message cannot be shown)";
}

}  // namespace

void Toolbox::add(std::unique_ptr<Tool> tool) {
  const std::string name = tool->name();
  if (!tools_.emplace(name, std::move(tool)).second) {
    base::throw_error<base::UsageError>("tool {} is there twice", name);
  }
}

const Tool* Toolbox::find(std::string_view name) const {
  const auto found = tools_.find(name);
  return found == tools_.end() ? nullptr : found->second.get();
}

std::vector<std::string> Toolbox::names() const {
  std::vector<std::string> names;
  for (const auto& [name, tool] : tools_) names.push_back(name);
  return names;
}

std::string Toolbox::fingerprint() const {
  base::Sha256 hash;
  for (const auto& [name, tool] : tools_) hash.update(name + " " + tool->version() + "\n");
  hash.update(fmt::format("result {}\n", limits_.characters));
  return hash.hex();
}

Outcome Toolbox::call(const std::string& tool, std::string_view input,
                      const CallContext& context) const {
  const Tool* found = find(tool);
  if (found == nullptr) {
    return Outcome::error("unknown_tool", clean_message(fmt::format("`{}` is no tool here{}", tool,
                                                                    did_you_mean(tool, names()))));
  }
  const Outcome outcome = found->call(input, context);
  if (!outcome.ok())
    return Outcome::error(outcome.error_kind, clean_message(outcome.error_message));
  return clean_result(outcome.result, limits_);
}

Toolbox make_toolbox(const ToolboxOptions& options) {
  Toolbox toolbox(options.result);
  std::vector<std::string> names = options.tools;
  if (names.empty()) {
    names = {"Calculator", "Calendar"};
    if (!options.index.empty()) names.emplace_back("WikiSearch");
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const std::string& name : names) toolbox.add(make_tool(name, options));
  return toolbox;
}

}  // namespace toolformer::tools
