// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/normalizer.h"

#include "toolformer/base/error.h"
#include "toolformer/formats/byte_reader.h"

namespace toolformer::text {

namespace {

[[noreturn]] void unsupported(const std::string& origin, const std::string& what) {
  base::throw_error<base::DataError>("{}: the normalizer has {}, which is not supported", origin,
                                     what);
}

std::string text_field(const nlohmann::json& json, const char* key, const std::string& origin) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string())
    unsupported(origin, std::string("no string '") + key + "'");
  return found->get<std::string>();
}

/// `next` was made from first.text: its boundaries are traced back to the source of `first`.
NormalizedText chain(const NormalizedText& first, NormalizedText next) {
  if (next.source.empty()) {
    next.source = first.source;
  } else if (!first.source.empty()) {
    for (std::size_t& at : next.source) at = first.source[at];
  }
  return next;
}

}  // namespace

Normalizer::Normalizer(const nlohmann::json& json, const std::string& origin) {
  if (!json.is_null()) add(json, origin);
}

void Normalizer::add(const nlohmann::json& json, const std::string& origin) {
  if (!json.is_object()) unsupported(origin, "a component that is no object");
  const std::string type = text_field(json, "type", origin);
  if (type == "Sequence") {
    const auto list = json.find("normalizers");
    if (list == json.end() || !list->is_array())
      unsupported(origin, "a Sequence without normalizers");
    for (const auto& part : *list) add(part, origin);
  } else if (type == "NFC") {
    steps_.push_back({Step::Kind::kNfc, "", ""});
  } else if (type == "Prepend") {
    steps_.push_back({Step::Kind::kPrepend, "", text_field(json, "prepend", origin)});
  } else if (type == "Replace") {
    const auto pattern = json.find("pattern");
    if (pattern == json.end() || !pattern->is_object() || !pattern->contains("String")) {
      unsupported(origin, "a Replace whose pattern is no String");
    }
    const std::string what = text_field(*pattern, "String", origin);
    if (what.empty()) unsupported(origin, "a Replace of nothing");
    steps_.push_back({Step::Kind::kReplace, what, text_field(json, "content", origin)});
  } else {
    unsupported(origin, "the component " + formats::printable(type));
  }
}

NormalizedText Normalizer::apply(std::string_view text, bool starts) const {
  NormalizedText result{std::string(text), {}};
  for (const Step& step : steps_) {
    switch (step.kind) {
      case Step::Kind::kNfc:
        result = chain(result, to_nfc(result.text));
        break;
      case Step::Kind::kReplace:
        result.replace(step.pattern, step.content);
        break;
      case Step::Kind::kPrepend:
        if (starts && !result.text.empty()) result.prepend(step.content);
        break;
    }
  }
  return result;
}

}  // namespace toolformer::text
