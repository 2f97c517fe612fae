// SPDX-License-Identifier: Apache-2.0
// Calculator(48 / 320) -> 0.15. Exact rational arithmetic (arithmetic.h), rounded once, when it is
// printed: integers bare, otherwise two decimals, halves away from zero, as the paper prints 35,
// 0.29, 1.47 and 3.70 (section 3).
#pragma once

#include "toolformer/tools/contract/tool.h"
#include "toolformer/tools/contract/tool_resources.h"

namespace toolformer::tools {

class Calculator : public Tool {
 public:
  /// `decimals`: places of a result that is no integer, 0 to 15; throws UsageError outside.
  explicit Calculator(int decimals = 2, std::string name = "Calculator");

  std::string name() const override { return name_; }
  std::string version() const override;
  std::optional<std::string> sample_input() const override { return "3 * 4"; }
  /// Errors: bad_input (names the byte), division_by_zero, out_of_range.
  Outcome call(std::string_view input, const CallContext& context) const override;
  /// other_number(): another number of like size.
  std::optional<std::string> other_result(std::string_view result, const CallContext& context,
                                          const base::KeyedRandom& draw) const override;

 private:
  int decimals_;
  std::string name_;
};

/// kind = "calculator". Keys: decimals.
std::vector<std::unique_ptr<Tool>> make_calculator(const std::string& name,
                                                   formats::TomlTable& settings,
                                                   const ToolResources& resources);

}  // namespace toolformer::tools
