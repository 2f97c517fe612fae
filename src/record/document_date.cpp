// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/document_date.h"

namespace toolformer::record {

std::optional<std::string> date_of(const Document& document) {
  const nlohmann::ordered_json& meta = document.meta;
  if (!meta.is_object()) return std::nullopt;
  const auto date = meta.find("date");
  if (date == meta.end() || date->is_null()) return std::nullopt;
  return date->is_string() ? date->get<std::string>() : date->dump();
}

}  // namespace toolformer::record
