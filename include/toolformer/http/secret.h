// SPDX-License-Identifier: Apache-2.0
// A key for a server: it comes from an environment variable that the settings name, and leaves this
// object only through reveal(). It has no printer, no comparison and no serialisation.
#pragma once

#include <string>
#include <string_view>

namespace toolformer::http {

class Secret {
 public:
  /// Throws UsageError when the variable is not set, empty, or holds blanks or control characters.
  static Secret from_environment(const std::string& variable);

  const std::string& variable() const { return variable_; }  ///< the name, which is no secret
  const std::string& reveal() const { return value_; }       ///< only for the wire
  /// Whether the text holds the key: such an answer must not go on.
  bool leaks_into(std::string_view text) const;

 private:
  Secret(std::string variable, std::string value)
      : variable_(std::move(variable)), value_(std::move(value)) {}
  std::string variable_;
  std::string value_;
};

}  // namespace toolformer::http
