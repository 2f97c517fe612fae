// SPDX-License-Identifier: Apache-2.0
// Counts of a run by reason, mergeable across blocks and shards; written as ....summary.json.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace toolformer::record {

class Summary {
 public:
  /// Names are paths with dots, e.g. "calls.Calculator.no_close"; to_json nests them.
  void count(const std::string& name, std::int64_t n = 1) { counts_[name] += n; }
  std::int64_t get(const std::string& name) const;  ///< 0 when nothing was counted
  void count(const std::map<std::string, std::int64_t>& counts);
  void merge(const Summary& other) { count(other.counts_); }
  const std::map<std::string, std::int64_t>& counts() const { return counts_; }

  /// {"calls":{"Calculator":{"no_close":3}}}. A name that is also the beginning of others stands
  /// there as "total".
  nlohmann::ordered_json to_json() const;
  static Summary from_nested(const nlohmann::ordered_json& nested);  ///< reads what to_json wrote
  static Summary from_json(const nlohmann::ordered_json& flat);      ///< reads what `flat()` wrote
  nlohmann::ordered_json flat() const;

 private:
  std::map<std::string, std::int64_t> counts_;
};

}  // namespace toolformer::record
