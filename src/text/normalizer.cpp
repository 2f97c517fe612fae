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

/// Every boundary is itself.
std::vector<std::size_t> identity(std::size_t size) {
  std::vector<std::size_t> source(size + 1);
  for (std::size_t i = 0; i <= size; ++i) source[i] = i;
  return source;
}

NormalizedText replace(std::string_view text, const std::string& pattern,
                       const std::string& content) {
  NormalizedText out;
  std::size_t found = text.find(pattern);
  if (found == std::string_view::npos) {
    out.text = text;
    return out;
  }
  out.text.reserve(text.size() + text.size() / 4);
  out.source.reserve(text.size() + text.size() / 4 + 1);
  std::size_t at = 0;
  while (at < text.size()) {
    if (at != found) {
      out.source.push_back(at);
      out.text += text[at++];
      continue;
    }
    for (std::size_t i = 0; i < content.size(); ++i)
      out.source.push_back(i == 0 ? at : at + pattern.size());
    out.text += content;
    at += pattern.size();
    found = text.find(pattern, at);
  }
  out.source.push_back(text.size());
  return out;
}

NormalizedText prepend(std::string_view text, const std::string& content) {
  NormalizedText out{content + std::string(text), identity(text.size())};
  out.source.insert(out.source.begin(), content.size(), 0);
  return out;
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

Normalizer::Normalizer(const nlohmann::json& normalizer, const nlohmann::json& pre_tokenizer,
                       const std::string& origin) {
  if (!normalizer.is_null()) add(normalizer, origin);
  if (pre_tokenizer.is_object() && pre_tokenizer.value("type", nlohmann::json()) == "Metaspace") {
    add_metaspace(pre_tokenizer, origin);
  }
}

void Normalizer::add_metaspace(const nlohmann::json& json, const std::string& origin) {
  const std::string symbol = text_field(json, "replacement", origin);
  steps_.push_back({Step::Kind::kReplace, " ", symbol});
  const bool prefix = json.value("add_prefix_space", nlohmann::json()) != false;
  const std::string scheme = json.contains("prepend_scheme")
                                 ? text_field(json, "prepend_scheme", origin)
                             : prefix ? "always"
                                      : "never";
  if (scheme != "always" && scheme != "first" && scheme != "never") {
    unsupported(origin, "a Metaspace with the prepend_scheme " + formats::printable(scheme));
  }
  if (scheme != "never")
    steps_.push_back({Step::Kind::kPrepend, "", symbol, scheme == "first", true});
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

NormalizedText Normalizer::apply(std::string_view text, bool starts, bool first) const {
  NormalizedText result{std::string(text), {}};
  for (const Step& step : steps_) {
    switch (step.kind) {
      case Step::Kind::kNfc:
        result = chain(result, to_nfc(result.text));
        break;
      case Step::Kind::kReplace:
        result = chain(result, replace(result.text, step.pattern, step.content));
        break;
      case Step::Kind::kPrepend:
        if (starts && !result.text.empty() && (first || !step.first_only) &&
            !(step.unless_present && result.text.starts_with(step.content))) {
          result = chain(result, prepend(result.text, step.content));
        }
        break;
    }
  }
  return result;
}

}  // namespace toolformer::text
