// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/builtin/calculator.h"

#include "toolformer/base/error.h"
#include "toolformer/tools/builtin/arithmetic.h"
#include "toolformer/tools/builtin/other_number.h"

namespace toolformer::tools {

Calculator::Calculator(int decimals, std::string name)
    : decimals_(decimals), name_(std::move(name)) {
  constexpr int kMostDecimals = 15;
  if (decimals < 0 || decimals > kMostDecimals) {
    base::throw_error<base::UsageError>("Calculator: decimals must be 0 to {}, got {}",
                                        kMostDecimals, decimals);
  }
}

std::string Calculator::version() const {
  return fmt::format("2, {} decimals", decimals_);
}

Outcome Calculator::call(std::string_view input, const CallContext& /*context*/) const {
  const ArithmeticResult result = evaluate(input);
  if (const auto* error = std::get_if<ArithmeticError>(&result)) {
    return Outcome::error(error->kind, error->message);
  }
  return Outcome::value(print_rounded(std::get<mpq_class>(result), decimals_));
}

std::optional<std::string> Calculator::other_result(std::string_view result,
                                                    const CallContext& /*context*/,
                                                    const base::KeyedRandom& draw) const {
  return other_number(result, draw);
}

std::vector<std::unique_ptr<Tool>> make_calculator(const std::string& name,
                                                   formats::TomlTable& settings,
                                                   const ToolResources& resources) {
  const std::int64_t decimals =
      settings.integer("decimals", resources.decimals, {.low = 0, .high = 15});
  return one_tool(std::make_unique<Calculator>(static_cast<int>(decimals), name));
}

}  // namespace toolformer::tools
