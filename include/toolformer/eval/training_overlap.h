// SPDX-License-Identifier: Apache-2.0
// Which items a model may have seen in its training texts.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "toolformer/eval/items.h"

namespace toolformer::eval {

/// For every item whether its prompt shares a run of `words` words (text/shingles.h) with a text of
/// the files. Throws DataError for a file that holds no record.
std::vector<bool> overlap_with(const std::vector<std::string>& files, std::size_t words,
                               const Items& items);

}  // namespace toolformer::eval
