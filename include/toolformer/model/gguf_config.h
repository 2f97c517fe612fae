// SPDX-License-Identifier: Apache-2.0
// The configuration that a GGUF file's metadata describes (keys: ggml's docs/gguf.md).
#pragma once

#include "toolformer/formats/gguf.h"
#include "toolformer/model/config.h"

namespace toolformer::model {

/// Throws DataError that lists everything wrong; an unknown architecture, rope scaling or expert
/// layer by name.
ModelConfig gguf_config(const formats::GgufFile& file);

}  // namespace toolformer::model
