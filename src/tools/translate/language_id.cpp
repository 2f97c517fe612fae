// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/translate/language_id.h"

#include <fasttext/fasttext.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"

namespace toolformer::tools {

struct LanguageIdentifier::Model {
  fasttext::FastText classifier;
};

LanguageIdentifier::LanguageIdentifier(const std::filesystem::path& model) {
  if (!std::filesystem::is_regular_file(model)) {
    base::throw_error<base::UsageError>(
        "no language model at {}; scripts/setup.sh fetches one, or name a fixed language",
        model.string());
  }
  auto loaded = std::make_unique<Model>();
  try {
    loaded->classifier.loadModel(model.string());
    if (loaded->classifier.getDictionary()->nlabels() == 0) {
      throw std::invalid_argument("it has no labels");
    }
  } catch (const std::exception& error) {
    base::throw_error<base::UsageError>("{} is no fastText model for languages: {}", model.string(),
                                        error.what());
  }
  fingerprint_ = base::sha256_of_file(model);
  model_ = std::move(loaded);
}

LanguageIdentifier::~LanguageIdentifier() = default;
LanguageIdentifier::LanguageIdentifier(LanguageIdentifier&&) noexcept = default;

LanguageIdentifier::Guess LanguageIdentifier::identify(
    std::string_view text, const std::vector<std::string>& among) const {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\0'; }, ' ');
  std::istringstream in(line + '\n');
  const auto& classifier = model_->classifier;
  const int wanted = among.empty() ? 1 : classifier.getDictionary()->nlabels();
  std::vector<std::pair<fasttext::real, std::string>> labels;
  classifier.predictLine(in, labels, wanted, 0);
  constexpr std::string_view kPrefix = "__label__";
  Guess best;
  double sum = 0;
  for (const auto& [probability, label] : labels) {
    std::string language = label.substr(std::min(kPrefix.size(), label.size()));
    if (!among.empty() && std::find(among.begin(), among.end(), language) == among.end()) continue;
    sum += probability;
    if (probability > best.confidence) best = {std::move(language), probability};
  }
  const double whole = among.empty() ? 1 : sum;
  best.confidence = whole > 0 ? std::min(1.0, best.confidence / whole) : 0;
  return best;
}

std::filesystem::path default_language_model() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::filesystem::path(value == nullptr ? "" : value);
  };
  std::filesystem::path cache = variable("TOOLFORMER_CACHE");
  if (cache.empty()) {
    cache = variable("XDG_CACHE_HOME");
    if (cache.empty()) cache = variable("HOME") / ".cache";
    cache /= "toolformer";
  }
  return cache / "models" / "lid.176.ftz";
}

}  // namespace toolformer::tools
