// SPDX-License-Identifier: Apache-2.0
// Typed reading of one JSON object that collects what is wrong instead of stopping at the first
// problem.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace toolformer::model {

class JsonFields {
 public:
  /// Keeps references to both. `place` stands before every key in messages: "rope_scaling.".
  JsonFields(const nlohmann::json& object, std::string place, std::vector<std::string>& problems);

  /// There and not null.
  bool has(const std::string& key) const { return find(key) != nullptr; }
  /// There, even if null.
  bool names(const std::string& key) const { return object_.contains(key); }
  /// Nothing when absent or null; a value of another type is a problem and counts as absent.
  std::optional<std::int64_t> integer(const std::string& key) const;
  std::optional<double> number(const std::string& key) const;
  std::optional<bool> boolean(const std::string& key) const;
  std::optional<std::string> string(const std::string& key) const;
  std::optional<std::vector<std::string>> strings(const std::string& key) const;
  /// One integer or a list of them.
  std::vector<std::int64_t> one_or_more_integers(const std::string& key) const;
  /// An empty object when absent.
  JsonFields object(const std::string& key) const;

  bool empty() const { return object_.empty(); }
  const nlohmann::json* find(const std::string& key) const;  ///< null when absent or JSON null
  void problem(const std::string& key, const std::string& text) const;

 private:
  void wrong_type(const std::string& key, const char* expected, const nlohmann::json& value) const;

  const nlohmann::json& object_;
  std::string place_;
  std::vector<std::string>& problems_;
};

}  // namespace toolformer::model
