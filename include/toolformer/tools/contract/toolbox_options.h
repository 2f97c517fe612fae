// SPDX-License-Identifier: Apache-2.0
// The flags about tools, alike in every program that runs some.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "toolformer/lm/language_model.h"

namespace CLI {
class App;
}

namespace toolformer::tools {

struct ToolboxOptions {
  std::vector<std::string> tools;  ///< names; empty: all that the settings enable
  std::string file;                ///< TOML (toolbox_file.h), besides the shipped one
  std::string index;               ///< WikiSearch: the file tf-index wrote
  std::optional<std::string> now;  ///< Calendar: ISO 8601, used where a document has no date
  /// No flag: the day where neither a flag nor a file names one.
  std::optional<std::string> default_now = std::nullopt;
  std::string open_marker = " [";  ///< no flag: what no result may open a call with
  std::string cache;               ///< results for other runs: SQLite; empty: beside the output
  /// WikiSearch and QA leave out the page that is the document itself (own_document.h).
  bool exclude_own = true;
  bool unsafe_no_sandbox = false;  ///< run programs without the sandbox where there is none
  /// No flag: see ToolResources.
  std::function<std::unique_ptr<lm::LanguageModel>(const std::string& path)> load_model = {};
};

/// --tools --toolbox --index --now --tool-cache --unsafe-no-sandbox
void bind(CLI::App& app, ToolboxOptions& options);
/// --exclude-own, for programs whose calls stand in documents.
void bind_exclude_own(CLI::App& app, ToolboxOptions& options);

}  // namespace toolformer::tools
