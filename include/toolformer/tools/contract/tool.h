// SPDX-License-Identifier: Apache-2.0
// A tool: string in, string out or a typed error. Results are data: what a tool returns is cleaned
// (see result.h) before it meets any text.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "toolformer/base/random.h"
#include "toolformer/tools/contract/own_document.h"

namespace toolformer::tools {

/// What a call may know of the document it stands in, and when it must be over.
struct CallContext {
  std::optional<std::string> date;  ///< ISO 8601, from meta.date or --now
  /// The document itself, where a search must not find it; null: it may.
  std::shared_ptr<const OwnDocument> own = nullptr;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

/// Why a call has no result: short words that summaries count. A tool may have words of its own for
/// what only it knows (division_by_zero).
namespace error_kind {
inline constexpr const char* kBadInput = "bad_input";    ///< the input is not what the tool reads
inline constexpr const char* kNoResult = "no_result";    ///< asked and answered: there is nothing
inline constexpr const char* kBadResult = "bad_result";  ///< the result must not stand in a text
inline constexpr const char* kTimeout = "timeout";       ///< the deadline passed
inline constexpr const char* kUnavailable = "unavailable";  ///< cannot be reached or is overloaded
inline constexpr const char* kRefused = "refused";     ///< forbidden by policy (origin, sandbox)
inline constexpr const char* kTooLarge = "too_large";  ///< the answer is beyond its limit
inline constexpr const char* kToolFailed = "tool_failed";    ///< exit code, broken protocol
inline constexpr const char* kCircuitOpen = "circuit_open";  ///< failed too often to be asked again
inline constexpr const char* kUnknownTool = "unknown_tool";
}  // namespace error_kind

struct Outcome {
  std::string result;         ///< valid when error_kind is empty
  std::string error_kind;     ///< see namespace error_kind
  std::string error_message;  ///< for people, with the remedy; never a secret
  bool transient = false;     ///< another try may succeed: retried, never kept in a cache
  std::optional<std::chrono::milliseconds> retry_after = std::nullopt;  ///< what the tool asked for
  /// Titles of pages that came before the one of the result and are the document's own.
  std::vector<std::string> excluded = {};

  bool ok() const { return error_kind.empty(); }
  static Outcome value(std::string result) { return {std::move(result), {}, {}}; }
  static Outcome error(std::string kind, std::string message) {
    return {{}, std::move(kind), std::move(message)};
  }
  static Outcome transient_error(
      std::string kind, std::string message,
      std::optional<std::chrono::milliseconds> retry_after = std::nullopt) {
    return {{}, std::move(kind), std::move(message), true, retry_after};
  }
};

/// What whoever runs a tool must know about it.
struct ToolTraits {
  bool uses_date = false;  ///< results depend on CallContext::date
  bool uses_own = false;   ///< results depend on CallContext::own
  bool is_remote = false;  ///< waits for another program or machine: worth threads and a cache
};

class Tool {
 public:
  virtual ~Tool() = default;
  virtual std::string name() const = 0;  ///< as written in calls: "Calculator"
  /// Everything in its settings that may change results, and never a secret; part of the run's
  /// identity and of the result cache's key.
  virtual std::string version() const = 0;
  virtual ToolTraits traits() const { return {}; }
  /// An input that must succeed when all is well and changes nothing: what `tf-tools check` calls.
  /// nullopt: only whoever configured the tool knows one.
  virtual std::optional<std::string> sample_input() const { return std::nullopt; }
  /// Never throws for what the input says. Called by several threads at once. Returns before the
  /// deadline, plus a small constant. Equal input, context and version give an equal result, unless
  /// the outcome is transient.
  virtual Outcome call(std::string_view input, const CallContext& context) const = 0;
  /// A result of the same kind that this tool could have given in another place (another day, the
  /// snippet of another page), drawn from `draw` alone: what a result must beat to show that *this*
  /// one helps. Never `result` itself. nullopt: the tool knows none.
  virtual std::optional<std::string> other_result(std::string_view /*result*/,
                                                  const CallContext& /*context*/,
                                                  const base::KeyedRandom& /*draw*/) const {
    return std::nullopt;
  }
};

}  // namespace toolformer::tools
