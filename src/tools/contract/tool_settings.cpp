// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/tool_settings.h"

#include <fmt/format.h>

#include <cstdint>

#include "toolformer/base/error.h"
#include "toolformer/base/utf8.h"

namespace toolformer::tools {
namespace {

/// A message or title may quote a document or a server; it goes into a line of JSON and onto a
/// terminal.
std::string clean_message(const std::string& message) {
  const Outcome cleaned = clean_result(message);
  return cleaned.ok() ? cleaned.result : "(the tool's message cannot be shown)";
}

/// Every `{name}` replaced once, from left to right: what is put in is not looked at again.
std::string fill_in(const std::string& format, const std::string& tool, std::string_view input,
                    const std::string& result) {
  std::string out;
  for (std::size_t at = 0; at < format.size();) {
    const std::string_view rest = std::string_view(format).substr(at);
    if (rest.starts_with("{result}")) {
      out += result;
      at += std::string_view("{result}").size();
    } else if (rest.starts_with("{input}")) {
      out += input;
      at += std::string_view("{input}").size();
    } else if (rest.starts_with("{tool}")) {
      out += tool;
      at += std::string_view("{tool}").size();
    } else {
      out += format[at++];
    }
  }
  return out;
}

}  // namespace

std::optional<Outcome> ToolSettings::refuse_input(std::string_view input) const {
  if (const auto at = base::find_invalid_utf8(input)) {
    return Outcome::error(error_kind::kBadInput, fmt::format("byte {} is not UTF-8", *at));
  }
  if (input.size() > max_input) {
    return Outcome::error(error_kind::kBadInput,
                          fmt::format("the input has {} bytes, at most {} are read (max_input)",
                                      input.size(), max_input));
  }
  if (!pattern) return std::nullopt;
  constexpr std::uint32_t kMostSteps = 100'000;  // some milliseconds
  switch (pattern->match_whole(input, kMostSteps)) {
    case text::Regex::Answer::kMatches:
      return std::nullopt;
    case text::Regex::Answer::kDiffers:
      return Outcome::error(error_kind::kBadInput, "the input does not match input_pattern");
    default:
      return Outcome::error(error_kind::kBadInput,
                            "input_pattern takes too many steps to match this input");
  }
}

Outcome ToolSettings::finish(const std::string& tool, std::string_view input,
                             Outcome outcome) const {
  if (!outcome.ok()) {
    outcome.error_message = clean_message(outcome.error_message);
    return outcome;
  }
  Outcome cleaned = clean_result(outcome.result, result);
  if (cleaned.ok() && format != "{result}") {
    cleaned = clean_result(fill_in(format, tool, input, cleaned.result), result);
  }
  for (const std::string& title : outcome.excluded) {
    cleaned.excluded.push_back(clean_message(title));
  }
  return cleaned;
}

std::string ToolSettings::version() const {
  return fmt::format("input {} {}; format {}; result {} characters {} tokens, not {}", max_input,
                     input_pattern, format, result.characters, result.tokens, result.open_marker);
}

ToolSettings read_tool_settings(formats::TomlTable& table) {
  ToolSettings settings;
  settings.max_input = table.size("max_input", settings.max_input, {.low = 1});
  settings.input_pattern = table.string("input_pattern", "");
  if (!settings.input_pattern.empty()) {
    try {
      settings.pattern = text::Regex::pcre2(settings.input_pattern, "input_pattern");
    } catch (const base::DataError& error) {
      table.refuse("input_pattern", error.what());
    }
  }
  settings.format = table.string("format", settings.format);
  if (settings.format.find("{result}") == std::string::npos) {
    table.refuse("format", fmt::format("must hold {{result}}, got \"{}\"", settings.format));
  }
  settings.result.characters =
      table.size("result_characters", settings.result.characters, {.low = 1});
  settings.result.tokens = table.size("result_tokens", settings.result.tokens, {.low = 1});
  settings.concurrency = table.size("concurrency", settings.concurrency, {.low = 1, .high = 1024});
  settings.timeout = table.duration("timeout", settings.timeout, {.low = 0.001, .high = 86400});
  settings.retries = table.size("retries", settings.retries, {.high = 1000});
  settings.retry_budget = table.duration("retry_budget", settings.retry_budget, {.low = 0});
  settings.rate = table.number("rate", settings.rate, {.low = 0});
  settings.cache = table.boolean("cache", settings.cache);
  settings.breaker_failures = table.size("breaker_failures", settings.breaker_failures);
  settings.breaker_pause = table.duration("breaker_pause", settings.breaker_pause, {.low = 0});
  settings.sample = table.optional_string("sample");
  return settings;
}

}  // namespace toolformer::tools
