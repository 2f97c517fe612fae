// SPDX-License-Identifier: Apache-2.0
// Calendar() -> Today is Thursday, April 25, 2019. The day is the document's (meta.date), else the
// one given for all.
#pragma once

#include <optional>

#include "toolformer/tools/tool.h"
#include "toolformer/tools/tool_resources.h"

namespace toolformer::tools {

class Calendar : public Tool {
 public:
  /// `now`: ISO 8601, used where a document has no date. Throws UsageError when it is no date.
  explicit Calendar(std::optional<std::string> now = std::nullopt, std::string name = "Calendar");

  std::string name() const override { return name_; }
  std::string version() const override;
  ToolTraits traits() const override { return {.uses_date = true}; }
  /// Errors: bad_input (there is an input), no_date (neither document nor `now` has one), bad_date
  /// (the document's is no ISO 8601 date).
  Outcome call(std::string_view input, const CallContext& context) const override;

 private:
  std::optional<std::string> now_;
  std::string name_;
};

/// kind = "calendar". Keys: none of its own.
std::vector<std::unique_ptr<Tool>> make_calendar(const std::string& name,
                                                 formats::TomlTable& settings,
                                                 const ToolResources& resources);

}  // namespace toolformer::tools
