// SPDX-License-Identifier: Apache-2.0
// The tools of a run, by name.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/tools/contract/tool.h"
#include "toolformer/tools/contract/tool_resources.h"
#include "toolformer/tools/contract/tool_settings.h"
#include "toolformer/tools/contract/toolbox_options.h"

namespace toolformer::tools {

class Toolbox {
 public:
  struct Entry {
    std::shared_ptr<const Tool> tool;
    ToolSettings settings;
    std::string kind;    ///< "calculator"
    std::string origin;  ///< "configs/tools.toml:12"

    /// Checks the input, runs the call once, cleans the result (result.h).
    Outcome call(std::string_view input, const CallContext& context) const;
    /// Tool::other_result(), cleaned likewise; nullopt also where that makes it `result` itself.
    std::optional<std::string> other_result(std::string_view input, std::string_view result,
                                            const CallContext& context,
                                            const base::KeyedRandom& draw) const;
  };

  /// Throws UsageError when there is one of that name, or when calls could not name it: a name
  /// must be one by calls/call_syntax.h.
  void add(Entry entry);
  void add(std::unique_ptr<Tool> tool) { add({std::move(tool), {}, {}, {}}); }
  const Entry* find(std::string_view name) const;  ///< nullptr: unknown
  std::vector<std::string> names() const;          ///< sorted
  /// The same tools, less those that `wanted` denies.
  Toolbox those(const std::function<bool(const std::string& name)>& wanted) const;
  std::string fingerprint() const;  ///< SHA-256 of everything that may change a result

  /// One try of one call; an unknown tool is an Outcome too. dispatcher.h runs calls with all that
  /// belongs to it: retries, cache, threads.
  Outcome call(const std::string& tool, std::string_view input, const CallContext& context) const;

 private:
  std::map<std::string, Entry, std::less<>> tools_;
};

/// The kinds a toolbox file may name, an explicit list.
const std::map<std::string, ToolFactory, std::less<>>& tool_kinds();

/// The tools of the shipped toolbox file and of options.file, which wins entry by entry. Without
/// names: all that are enabled, WikiSearch only where there is an index. Throws UsageError for an
/// unknown name (the nearest known one is named), kind or key.
Toolbox make_toolbox(const ToolboxOptions& options);

}  // namespace toolformer::tools
