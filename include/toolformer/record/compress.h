// SPDX-License-Identifier: Apache-2.0
// Blocks of bytes packed on their own: one gzip member or one zstd frame each. Files of them can be
// cut and continued at any block, and every reader of .gz or .zst takes them as one file.
#pragma once

#include <string>
#include <string_view>

#include "toolformer/record/shard.h"

namespace toolformer::record {

/// The same bytes give the same result, whenever and wherever.
std::string compress_block(std::string_view bytes, Compression compression);

}  // namespace toolformer::record
