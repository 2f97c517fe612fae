// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/secret.h"

#include <algorithm>
#include <cstdlib>

#include "toolformer/base/error.h"

namespace toolformer::http {

Secret Secret::from_environment(const std::string& variable) {
  const char* value = std::getenv(variable.c_str());
  if (value == nullptr || *value == '\0') {
    base::throw_error<base::UsageError>(
        "the environment variable {} is not set; it is to hold the key of the server", variable);
  }
  const std::string text = value;
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; })) {
    base::throw_error<base::UsageError>(
        "the environment variable {} holds a blank, a control character or no ASCII; a key does "
        "not",
        variable);
  }
  return {variable, text};
}

bool Secret::leaks_into(std::string_view text) const {
  return text.find(value_) != std::string_view::npos;
}

}  // namespace toolformer::http
