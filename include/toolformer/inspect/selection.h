// SPDX-License-Identifier: Apache-2.0
// The documents to show of those that come: the first ones, those with the largest delta, or random
// ones.
#pragma once

#include <cstddef>
#include <vector>

#include "toolformer/inspect/options.h"
#include "toolformer/record/document.h"
#include "toolformer/record/reservoir.h"

namespace toolformer::inspect {

class Selection {
 public:
  explicit Selection(const Options& options);

  void add(record::Document document);
  std::size_t found() const { return found_; }
  /// In the order of the input, or falling delta where they are sorted.
  std::vector<record::Document> take();

 private:
  struct Ranked {
    double delta = 0;
    std::size_t place = 0;  ///< in the input
    record::Document document;
  };
  const Options& options_;
  std::size_t limit_;
  std::size_t found_ = 0;
  std::vector<Ranked> documents_;
  record::Reservoir<Ranked> sample_;
};

}  // namespace toolformer::inspect
