// SPDX-License-Identifier: Apache-2.0
// In which language a text is written, by a fastText model (lid.176.ftz: 176 languages, 0.9 MB;
// Joulin et al. 2016, arXiv 1607.01759).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace toolformer::tools {

class LanguageIdentifier {
 public:
  struct Guess {
    std::string language;   ///< as the model's labels have it: ISO 639-1 or -3; empty: no words
    double confidence = 0;  ///< 0 to 1
  };

  /// Throws UsageError when the file is missing or no supervised fastText model.
  explicit LanguageIdentifier(const std::filesystem::path& model);
  ~LanguageIdentifier();
  LanguageIdentifier(LanguageIdentifier&&) noexcept;
  LanguageIdentifier& operator=(LanguageIdentifier&&) = delete;

  /// The likeliest language; of the given ones alone when there are any, and then the confidence is
  /// its share of theirs. Thread-safe.
  Guess identify(std::string_view text, const std::vector<std::string>& among = {}) const;

  const std::string& fingerprint() const { return fingerprint_; }  ///< SHA-256 of the model

 private:
  struct Model;
  std::unique_ptr<const Model> model_;
  std::string fingerprint_;
};

/// Where scripts/setup.sh puts the model: models/lid.176.ftz in $TOOLFORMER_CACHE, or in toolformer
/// in the user's cache folder.
std::filesystem::path default_language_model();

}  // namespace toolformer::tools
