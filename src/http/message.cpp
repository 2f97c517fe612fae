// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/message.h"

#include <algorithm>

#include "toolformer/http/letters.h"

namespace toolformer::http {

const std::string* Reply::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const Header& one) { return one.name == name; });
  return found == headers.end() ? nullptr : &found->value;
}

std::string Reply::media_type() const {
  const std::string* value = header("content-type");
  if (value == nullptr) return {};
  std::string type = lower_case(value->substr(0, value->find(';')));
  type.erase(type.find_last_not_of(" \t") + 1);
  return type;
}

}  // namespace toolformer::http
