// SPDX-License-Identifier: Apache-2.0
// From which language a translator translates: a setting, or identified for each input.
//
//   source          a code such as "es", or "auto" (default)
//   languages       codes that "auto" chooses among (default: all that the model knows)
//   language_model  fastText model for "auto" (default: where scripts/setup.sh puts it)
//   min_confidence  below it the language is unclear and the call a bad_input (default: 0.4)
//   target          code of the language that is wanted (default: "en")
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/formats/toml_table.h"
#include "toolformer/tools/contract/tool.h"
#include "toolformer/tools/contract/tool_resources.h"
#include "toolformer/tools/translate/language_id.h"

namespace toolformer::tools {

class SourceLanguage {
 public:
  /// Reads the keys above; throws UsageError when there is no model for "auto".
  SourceLanguage(formats::TomlTable& settings, const ToolResources& resources);

  const std::string& target() const { return target_; }
  const std::vector<std::string>& languages() const { return languages_; }
  /// What identify() may answer; empty: any language.
  std::vector<std::string> sources() const;
  /// The code of the input's language; bad_input when it is unclear, or already the target.
  Outcome identify(std::string_view input) const;
  /// A sentence that is not in the target language.
  std::string sample_input() const;
  /// Part of a tool's version().
  std::string version() const;

 private:
  std::string target_;
  std::string fixed_;  ///< empty: identified
  std::vector<std::string> languages_;
  double min_confidence_ = 0;
  std::optional<LanguageIdentifier> identifier_;
};

}  // namespace toolformer::tools
