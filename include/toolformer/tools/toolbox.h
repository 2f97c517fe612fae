// SPDX-License-Identifier: Apache-2.0
// The tools of a run, by name, as an explicit list.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "toolformer/tools/result.h"
#include "toolformer/tools/tool.h"

namespace toolformer::tools {

struct ToolboxOptions {
  std::vector<std::string> tools;  ///< names; empty: all that the settings allow
  std::string index;               ///< WikiSearch: the file tf-index wrote
  std::optional<std::string> now;  ///< Calendar: ISO 8601, used where a document has no date
  int decimals = 2;                ///< Calculator: places of a result that is no integer
  ResultLimits result;             ///< what a result may be before it meets any text
};

class Toolbox {
 public:
  explicit Toolbox(const ResultLimits& limits = {}) : limits_(limits) {}
  /// Throws UsageError when there is one of that name.
  void add(std::unique_ptr<Tool> tool);
  const Tool* find(std::string_view name) const;  ///< nullptr: unknown
  std::vector<std::string> names() const;         ///< sorted
  std::string fingerprint() const;                ///< SHA-256 of names, versions and limits

  /// Runs the call and cleans the result (result.h). An unknown tool is an Outcome too:
  /// "unknown_tool".
  Outcome call(const std::string& tool, std::string_view input, const CallContext& context) const;

 private:
  std::map<std::string, std::unique_ptr<Tool>, std::less<>> tools_;
  ResultLimits limits_;
};

/// Calculator, Calendar, and WikiSearch when there is an index. Throws UsageError for an unknown
/// name (the nearest known one is named), for a tool of the paper that is not built in (QA, MT), or
/// for WikiSearch without an index.
Toolbox make_toolbox(const ToolboxOptions& options);

}  // namespace toolformer::tools
