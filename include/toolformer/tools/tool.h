// SPDX-License-Identifier: Apache-2.0
// A tool: string in, string out or a typed error. Results are data: what a tool returns is cleaned
// (see result.h) before it meets any text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace toolformer::tools {

/// What a call may know of the document it stands in.
struct CallContext {
  std::optional<std::string> date;  ///< ISO 8601, from meta.date or --now
};

struct Outcome {
  std::string result;      ///< valid when error_kind is empty
  std::string error_kind;  ///< "bad_input", "no_result", "unavailable", ...: counted by the summary
  std::string error_message;  ///< for people
  bool ok() const { return error_kind.empty(); }
  static Outcome value(std::string result) { return {std::move(result), {}, {}}; }
  static Outcome error(std::string kind, std::string message) {
    return {{}, std::move(kind), std::move(message)};
  }
};

class Tool {
 public:
  virtual ~Tool() = default;
  virtual std::string name() const = 0;  ///< as written in calls: "Calculator"
  virtual std::string version()
      const = 0;  ///< changes when results may; part of the run's identity
  /// Never throws for what the input says. Deterministic for equal input, context and version.
  virtual Outcome call(std::string_view input, const CallContext& context) const = 0;
};

}  // namespace toolformer::tools
