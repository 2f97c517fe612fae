// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/holes.h"

#include <algorithm>

#include "toolformer/http/encode.h"

namespace toolformer::tools {

std::string fill_text(std::string_view pattern, const Holes& holes) {
  std::string filled;
  std::size_t at = 0;
  while (at < pattern.size()) {
    const std::size_t open = pattern.find('{', at);
    const std::size_t close = pattern.find('}', open);
    if (close == std::string_view::npos) break;
    const auto hole = holes.find(pattern.substr(open + 1, close - open - 1));
    filled += pattern.substr(at, open - at);
    filled += hole == holes.end() ? pattern.substr(open, 1) : std::string_view(hole->second);
    at = hole == holes.end() ? open + 1 : close + 1;
  }
  return filled.append(pattern.substr(std::min(at, pattern.size())));
}

std::string fill_url(std::string_view pattern, const Holes& holes) {
  Holes encoded;
  for (const auto& [name, text] : holes) encoded.emplace(name, http::percent_encode(text));
  return fill_text(pattern, encoded);
}

nlohmann::ordered_json fill_json(const nlohmann::ordered_json& pattern, const Holes& holes) {
  if (pattern.is_string()) return fill_text(pattern.get_ref<const std::string&>(), holes);
  if (!pattern.is_structured()) return pattern;
  nlohmann::ordered_json filled = pattern;
  for (auto& child : filled) child = fill_json(child, holes);
  return filled;
}

}  // namespace toolformer::tools
