// SPDX-License-Identifier: Apache-2.0
#include "toolformer/text/pre_tokenizer.h"

#include <array>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/formats/byte_reader.h"

namespace toolformer::text {

namespace {

using nlohmann::json;
using Behavior = SplitStep::Behavior;

constexpr const char* kGpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr const char* kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kQwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

[[noreturn]] void unsupported(const std::string& origin, const std::string& what) {
  base::throw_error<base::DataError>("{}: the pre-tokenizer has {}, which is not supported", origin,
                                     what);
}

std::string text_field(const json& object, const char* key, const std::string& fallback,
                       const std::string& origin) {
  const auto found = object.find(key);
  if (found == object.end()) return fallback;
  if (!found->is_string())
    unsupported(origin, std::string("a field '") + key + "' that is no string");
  return found->get<std::string>();
}

bool flag(const json& object, const char* key, bool fallback, const std::string& origin) {
  const auto found = object.find(key);
  if (found == object.end()) return fallback;
  if (!found->is_boolean())
    unsupported(origin, std::string("a field '") + key + "' that is no boolean");
  return found->get<bool>();
}

/// A string to be found as it stands.
std::string literal(const std::string& text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view(R"(\^$.|?*+()[]{}#)").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

SplitStep read_split(const json& object, const std::string& origin) {
  const auto pattern = object.find("pattern");
  if (pattern == object.end() || !pattern->is_object())
    unsupported(origin, "a Split without pattern");
  const std::string regex = text_field(*pattern, "Regex", "", origin);
  const std::string string = text_field(*pattern, "String", "", origin);
  if (regex.empty() && string.empty())
    unsupported(origin, "a Split whose pattern is neither Regex nor String");
  const std::string name = text_field(object, "behavior", "", origin);
  const bool invert = flag(object, "invert", false, origin);
  SplitStep step{Regex(regex.empty() ? literal(string) : regex, origin), Behavior::kIsolated,
                 invert};
  if (name == "Isolated" || (name == "Removed" && invert)) {
    // Removed and inverted: only what matches stays. Patterns of that kind match everything; if one
    // does not, its gaps become words here, because text is never dropped.
    step.invert = false;
  } else if (name == "MergedWithPrevious") {
    step.behavior = Behavior::kMergedWithPrevious;
  } else if (name == "MergedWithNext") {
    step.behavior = Behavior::kMergedWithNext;
  } else if (name == "Contiguous") {
    step.behavior = Behavior::kContiguous;
  } else {
    unsupported(origin, "a Split with the behavior " + formats::printable(name));
  }
  return step;
}

/// A part of a text that is or is not a delimiter.
struct Part {
  Span span;
  bool delimiter = false;
};

std::vector<Part> find_parts(const SplitStep& step, std::string_view text) {
  std::vector<Part> parts;
  RegexScan scan(step.regex, text);
  std::size_t end = 0;
  while (const auto match = scan.next()) {
    if (match->begin > end) parts.push_back({{end, match->begin}, step.invert});
    parts.push_back({*match, !step.invert});
    end = match->end;
  }
  if (end < text.size()) parts.push_back({{end, text.size()}, step.invert});
  return parts;
}

/// Whether `part` joins the word that ends where it begins.
bool joins(Behavior behavior, const Part& before, const Part& part) {
  switch (behavior) {
    case Behavior::kIsolated:
      return false;
    case Behavior::kMergedWithPrevious:
      return part.delimiter && !before.delimiter;
    case Behavior::kMergedWithNext:
      return before.delimiter && !part.delimiter;
    case Behavior::kContiguous:
      return part.delimiter == before.delimiter;
  }
  return false;
}

void apply(const SplitStep& step, std::string_view text, std::size_t offset,
           std::vector<Span>& words) {
  const Part* before = nullptr;
  const std::vector<Part> parts = find_parts(step, text);
  for (const Part& part : parts) {
    if (before != nullptr && joins(step.behavior, *before, part)) {
      words.back().end = offset + part.span.end;
    } else {
      words.push_back({offset + part.span.begin, offset + part.span.end});
    }
    before = &part;
  }
}

json byte_level(bool use_regex) {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", false},
          {"trim_offsets", true},
          {"use_regex", use_regex}};
}

json split_then_bytes(const char* pattern) {
  const json split = {{"type", "Split"},
                      {"pattern", {{"Regex", pattern}}},
                      {"behavior", "Isolated"},
                      {"invert", false}};
  return {{"type", "Sequence"}, {"pretokenizers", json::array({split, byte_level(false)})}};
}

}  // namespace

PreTokenizer::PreTokenizer(const json& json, const std::string& origin) {
  if (!json.is_null()) add(json, origin);
}

void PreTokenizer::add(const json& json, const std::string& origin) {
  if (!json.is_object()) unsupported(origin, "a component that is no object");
  const std::string type = text_field(json, "type", "", origin);
  if (type == "Sequence") {
    const auto list = json.find("pretokenizers");
    if (list == json.end() || !list->is_array())
      unsupported(origin, "a Sequence without pretokenizers");
    for (const auto& part : *list) add(part, origin);
  } else if (type == "Split") {
    steps_.push_back(read_split(json, origin));
  } else if (type == "Digits") {
    const bool individual = flag(json, "individual_digits", false, origin);
    steps_.push_back(
        {Regex(individual ? R"(\p{N})" : R"(\p{N}+)", origin), Behavior::kIsolated, false});
  } else if (type == "ByteLevel") {
    if (flag(json, "add_prefix_space", true, origin))
      unsupported(origin, "a ByteLevel with add_prefix_space");
    if (flag(json, "use_regex", true, origin))
      steps_.push_back({Regex(kGpt2, origin), Behavior::kIsolated, false});
    byte_level_ = true;
  } else if (type == "Metaspace") {  // the normalizer has written the symbols already
    const std::string symbol = text_field(json, "replacement", "\xE2\x96\x81", origin);
    if (flag(json, "split", true, origin)) {
      steps_.push_back({Regex(literal(symbol), origin), Behavior::kMergedWithNext, false});
    }
  } else {
    unsupported(origin, "the component " + formats::printable(type));
  }
}

std::vector<Span> PreTokenizer::split(std::string_view text) const {
  std::vector<Span> words;
  if (!text.empty()) words.push_back({0, text.size()});
  for (const SplitStep& step : steps_) {
    std::vector<Span> next;
    for (const Span word : words)
      apply(step, text.substr(word.begin, word.end - word.begin), word.begin, next);
    words = std::move(next);
  }
  return words;
}

json pre_tokenizer_of_gguf(std::string_view name) {
  struct Row {
    std::string_view name;
    const char* pattern;
  };
  // Names as in llama.cpp's llama-vocab.cpp.
  constexpr std::array<Row, 4> kRows = {
      {{"llama-bpe", kLlama3}, {"llama3", kLlama3}, {"llama-v3", kLlama3}, {"qwen2", kQwen2}}};
  for (const Row& row : kRows) {
    if (row.name == name) return split_then_bytes(row.pattern);
  }
  if (name == "gpt-2" || name == "gpt2" || name == "olmo" || name == "phi-2" || name == "default") {
    return byte_level(true);
  }
  if (name == "smollm" || name == "starcoder" || name == "refact" || name == "command-r" ||
      name == "codeshell") {
    const json digits = {{"type", "Digits"}, {"individual_digits", true}};
    return {{"type", "Sequence"}, {"pretokenizers", json::array({digits, byte_level(true)})}};
  }
  return nullptr;
}

}  // namespace toolformer::text
