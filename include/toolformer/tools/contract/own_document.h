// SPDX-License-Identifier: Apache-2.0
// The document that a call stands in, as a search must know it in order not to find it: a page that
// is looked up in its own text answers everything that the text says next, word for word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/record/document.h"

namespace toolformer::tools {

inline constexpr double kOwnOverlap = 0.5;

class OwnDocument {
 public:
  explicit OwnDocument(const record::Document& document);

  /// Whether a page is this document: its title is the document's id, meta.title or the last part
  /// of meta.url (case and underscores do not count); or at least `overlap` of the shingles of the
  /// shorter of the two texts stand in the other. A shingle is a run of five words. A text of fewer
  /// than eight shingles, such as a question, is nobody's page.
  bool is(std::string_view title, std::string_view text, double overlap = kOwnOverlap) const;
  /// Tells documents apart: of all that is() looks at.
  const std::string& key() const { return key_; }

 private:
  std::vector<std::string> names_;       // as titles are compared
  std::vector<std::uint64_t> shingles_;  // rising, distinct
  std::string key_;
};

}  // namespace toolformer::tools
