// SPDX-License-Identifier: Apache-2.0
// Pieces of work for the workers of a model.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "toolformer/lm/language_model.h"

namespace toolformer::lm {

/// The number of the next piece; nothing: none is left.
using NextPiece = std::function<std::optional<std::size_t>()>;

/// Every worker of the model calls `work`, which asks for one of the pieces 0 to `pieces` - 1 after
/// the other. Behind an exception none is begun any more; the first one is thrown again.
void share_out(LanguageModel& model, std::size_t pieces,
               const std::function<void(const NextPiece& next)>& work);

}  // namespace toolformer::lm
