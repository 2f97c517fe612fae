// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/translate/source_language.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "toolformer/base/ascii.h"
#include "toolformer/base/error.h"

namespace toolformer::tools {
namespace {

bool is_code(const std::string& code) {
  return !code.empty() && code.size() <= 16 && std::all_of(code.begin(), code.end(), [](char c) {
    return base::is_letter(c) || c == '-' || c == '_';
  });
}

std::string read_code(formats::TomlTable& settings, const char* key, const std::string& fallback) {
  const std::string code = settings.string(key, fallback);
  if (!is_code(code)) settings.refuse(key, "expected the code of a language, such as es");
  return code;
}

}  // namespace

SourceLanguage::SourceLanguage(formats::TomlTable& settings, const ToolResources& resources)
    : target_(read_code(settings, "target", "en")) {
  const std::string source = read_code(settings, "source", "auto");
  languages_ = settings.strings("languages");
  min_confidence_ = settings.number("min_confidence", 0.4, {.low = 0, .high = 1});
  const std::string model = settings.string("language_model", "");
  if (source != "auto") {
    fixed_ = source;
    return;
  }
  // The target is always among the choices: an input that is in it needs no translation.
  if (!languages_.empty()) languages_.push_back(target_);
  try {
    identifier_.emplace(model.empty() ? default_language_model() : resources.folder / model);
  } catch (const base::UsageError& error) {
    settings.refuse(model.empty() ? "source" : "language_model", error.what());
  }
}

Outcome SourceLanguage::identify(std::string_view input) const {
  if (!identifier_) return Outcome::value(fixed_);
  const LanguageIdentifier::Guess guess = identifier_->identify(input, languages_);
  if (guess.language.empty() || guess.confidence < min_confidence_) {
    return Outcome::error(error_kind::kBadInput,
                          fmt::format("its language is unclear ({} {:.2f}, at least {:.2f} wanted)",
                                      guess.language.empty() ? "none" : guess.language,
                                      guess.confidence, min_confidence_));
  }
  if (guess.language == target_) {
    return Outcome::error(error_kind::kBadInput,
                          fmt::format("it is in the wanted language ({}) already", target_));
  }
  return Outcome::value(guess.language);
}

std::vector<std::string> SourceLanguage::sources() const {
  if (!fixed_.empty()) return {fixed_};
  std::vector<std::string> sources = languages_;
  sources.erase(std::remove(sources.begin(), sources.end(), target_), sources.end());
  return sources;
}

std::string SourceLanguage::sample_input() const {
  return target_ == "es" ? "The dog runs across the street." : "El perro corre por la calle.";
}

std::string SourceLanguage::version() const {
  if (!identifier_) return fixed_ + ">" + target_;
  return fmt::format("{}({}){:.4f}>{}", identifier_->fingerprint().substr(0, 16),
                     fmt::join(languages_, ","), min_confidence_, target_);
}

}  // namespace toolformer::tools
