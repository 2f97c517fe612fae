// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/share_out.h"

#include <atomic>

namespace toolformer::lm {

void share_out(LanguageModel& model, std::size_t pieces,
               const std::function<void(const NextPiece& next)>& work) {
  std::atomic<std::size_t> given = 0;
  const NextPiece next = [&]() -> std::optional<std::size_t> {
    const std::size_t piece = given++;
    return piece < pieces ? std::optional(piece) : std::nullopt;
  };
  model.each_worker([&] {
    try {
      work(next);
    } catch (...) {
      given = pieces;
      throw;
    }
  });
}

}  // namespace toolformer::lm
