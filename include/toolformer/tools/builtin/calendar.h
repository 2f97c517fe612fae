// SPDX-License-Identifier: Apache-2.0
// Calendar() -> Today is Thursday, April 25, 2019. The day is the document's (meta.date), else the
// one given for all. With arithmetic also Calendar(2019-04-25 + 30 days) -> Saturday, May 25, 2019.
#pragma once

#include <optional>

#include "toolformer/tools/contract/tool.h"
#include "toolformer/tools/contract/tool_resources.h"

namespace toolformer::tools {

struct CalendarOptions {
  std::string name = "Calendar";
  bool arithmetic = false;  ///< whether it also reads sums of days (date_arithmetic.h)
};

class Calendar : public Tool {
 public:
  /// `now`: ISO 8601, used where a document has no date. Throws UsageError when it is no date.
  explicit Calendar(std::optional<std::string> now = std::nullopt, CalendarOptions options = {});

  std::string name() const override { return options_.name; }
  std::string version() const override;
  ToolTraits traits() const override { return {.uses_date = true}; }
  std::optional<std::string> sample_input() const override { return ""; }
  /// Errors: bad_input (there is an input, and it is none that arithmetic reads), no_date (neither
  /// document nor `now` has one), bad_date (the document's is no ISO 8601 date).
  Outcome call(std::string_view input, const CallContext& context) const override;
  /// Another day within six years, with another year, month, day of the month and weekday; of
  /// results in call()'s first form only.
  std::optional<std::string> other_result(std::string_view result, const CallContext& context,
                                          const base::KeyedRandom& draw) const override;

 private:
  std::optional<std::string> now_;
  CalendarOptions options_;
};

/// kind = "calendar". Keys: arithmetic.
std::vector<std::unique_ptr<Tool>> make_calendar(const std::string& name,
                                                 formats::TomlTable& settings,
                                                 const ToolResources& resources);

}  // namespace toolformer::tools
