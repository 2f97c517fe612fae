// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/training_overlap.h"

#include <cstdint>
#include <unordered_map>

#include "toolformer/base/error.h"
#include "toolformer/record/document_reader.h"
#include "toolformer/text/shingles.h"

namespace toolformer::eval {

std::vector<bool> overlap_with(const std::vector<std::string>& files, std::size_t words,
                               const Items& items) {
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> places;  // shingle -> items
  for (std::size_t i = 0; i < items.documents.size(); ++i) {
    for (const std::uint64_t shingle : text::shingles(items.documents[i].text, words))
      places[shingle].push_back(i);
  }
  std::vector<bool> overlaps(items.documents.size());
  record::RunOptions run;
  run.input = files;
  record::DocumentReader reader(run);
  std::size_t texts = 0;
  while (const auto item = reader.next()) {
    if (item->reject) continue;
    ++texts;
    for (const std::uint64_t shingle : text::shingles(item->document.text, words)) {
      const auto found = places.find(shingle);
      if (found == places.end()) continue;
      for (const std::size_t i : found->second) overlaps[i] = true;
    }
  }
  if (texts == 0)
    base::throw_error<base::DataError>("--decontaminate {}: holds no text", files.front());
  return overlaps;
}

}  // namespace toolformer::eval
