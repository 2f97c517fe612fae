// SPDX-License-Identifier: Apache-2.0
// The tools of a run, by name, as an explicit list.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "toolformer/tools/tool.h"

namespace toolformer::tools {

struct ToolboxOptions {
  std::vector<std::string> tools;      ///< names; empty: all that the settings allow
  std::string index;                   ///< WikiSearch: the file tf-index wrote
  std::optional<std::string> now;      ///< Calendar: ISO 8601, used where a document has no date
};

class Toolbox {
 public:
  void add(std::unique_ptr<Tool> tool);
  const Tool* find(std::string_view name) const;  ///< nullptr: unknown
  std::vector<std::string> names() const;         ///< sorted
  std::string fingerprint() const;                ///< names and versions

  /// Runs the call and cleans the result: NFC, controls and newlines folded, cut. An unknown tool is an Outcome too.
  Outcome call(const std::string& tool, std::string_view input, const CallContext& context) const;

 private:
  std::map<std::string, std::unique_ptr<Tool>, std::less<>> tools_;
};

/// Calculator, Calendar, and WikiSearch when there is an index. Throws UsageError for an unknown name (the nearest
/// known one is named) or for WikiSearch without an index.
Toolbox make_toolbox(const ToolboxOptions& options);

}  // namespace toolformer::tools
