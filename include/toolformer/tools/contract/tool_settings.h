// SPDX-License-Identifier: Apache-2.0
// What every tool of a toolbox file may set, whatever its kind: limits, what an input must look
// like, how a result is written, and how calls are run (dispatcher.h).
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "toolformer/formats/toml_table.h"
#include "toolformer/text/regex.h"
#include "toolformer/tools/contract/result.h"
#include "toolformer/tools/contract/tool.h"

namespace toolformer::tools {

struct ToolSettings {
  using Seconds = std::chrono::duration<double>;

  // What a call may be, and what becomes of its result: part of the run's identity.
  std::size_t max_input = 4096;     ///< bytes
  std::string input_pattern;        ///< the whole input must match; empty: anything
  std::string format = "{result}";  ///< how a result is written; {input} and {tool} may stand in it
  ResultLimits result;

  // How calls are run: changes no result.
  std::size_t concurrency = 4;        ///< calls in flight at once, of a remote tool
  Seconds timeout{30};                ///< of one try
  std::size_t retries = 5;            ///< further tries after a transient error
  Seconds retry_budget{120};          ///< from the first try to the last
  double rate = 0;                    ///< calls a second; 0: no limit
  bool cache = true;                  ///< keep results of a remote tool for other runs
  std::size_t breaker_failures = 20;  ///< transient errors in a row that open the circuit; 0: never
  Seconds breaker_pause{5};           ///< how long it stays open before one call probes the tool

  std::optional<std::string> sample;  ///< an input for `tf-tools check`; not given: the kind's own

  /// Applies input rules: what is wrong with the input, as an Outcome, or nothing.
  std::optional<Outcome> refuse_input(std::string_view input) const;
  /// The result as it will stand in a text, or why it must not.
  Outcome finish(const std::string& tool, std::string_view input, Outcome outcome) const;
  /// Of everything that may change a result.
  std::string version() const;

  std::optional<text::Regex> pattern;  ///< input_pattern, compiled
};

/// Reads the keys of that name (result_tokens and result_characters for `result`) and checks them.
ToolSettings read_tool_settings(formats::TomlTable& table);

}  // namespace toolformer::tools
