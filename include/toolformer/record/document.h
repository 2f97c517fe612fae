// SPDX-License-Identifier: Apache-2.0
// The one record type: a document and the calls proposed for it. Stages only append; `text` never
// changes. data/README.md describes every field of the JSON line; document_json.h is the only place
// that knows field names.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace toolformer::record {

inline constexpr int kSchema = 1;

/// Windowed losses in nats, sum_t w_t * -log p(x_t | ...), under the three contexts of the
/// criterion.
struct Losses {
  double plain = 0;                 ///< no call
  std::optional<double> no_result;  ///< the call without its result; see filter's `--losses`
  double result = 0;                ///< the call with its result
  std::optional<double> other = std::nullopt;  ///< the smallest one of Call::others instead
};

/// Why a call has no result or no score. `kind` is a short word that is counted, `message` is for
/// people.
struct CallError {
  std::string kind;
  std::string message;
};

struct Call {
  std::string tool;
  std::size_t at = 0;                 ///< byte offset into text; token and character boundary
  std::optional<double> p_api;        ///< p(open marker) at that place, by tf-annotate
  std::optional<int> sample;          ///< which of the m samples at that place, by tf-annotate
  std::string input;                  ///< what stands between the parentheses
  std::optional<std::string> result;  ///< by tf-filter --steps execute
  /// Results of the same kind that belong elsewhere, by the same step: what `result` must beat.
  std::vector<std::string> others;
  std::vector<std::string>
      excluded;                 ///< titles of the document's own pages, not searched; likewise
  std::optional<Losses> loss;   ///< by tf-filter --steps score
  std::optional<double> delta;  ///< baseline - loss.result, by tf-filter --steps score
  std::optional<CallError> error;
  std::optional<bool> keep;           ///< by tf-filter --steps select
  std::optional<std::string> reason;  ///< why a call without error is not kept, by the same step
  nlohmann::ordered_json extra;  ///< fields this version does not know, passed through (null: none)
};

struct Document {
  std::string id;
  std::string text;
  nlohmann::ordered_json meta;  ///< the user's; null: absent. meta.date (ISO 8601) feeds Calendar
  std::vector<Call> calls;
  bool has_calls = false;  ///< whether the line carried or shall carry `calls`, even empty
  std::optional<std::string> augmented;
  nlohmann::ordered_json extra;  ///< fields this version does not know, passed through (null: none)
};

}  // namespace toolformer::record
