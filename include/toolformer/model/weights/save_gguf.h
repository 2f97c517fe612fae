// SPDX-License-Identifier: Apache-2.0
// A model as one GGUF file, for llama.cpp and for our own loader.
#pragma once

#include <filesystem>

#include "toolformer/formats/tensor_view.h"
#include "toolformer/model/network/transformer.h"
#include "toolformer/text/tokenizer.h"

namespace toolformer::model {

/// `type`: F32, F16 or Q8_0, of the matrices; as in llama.cpp's converter, vectors and learned
/// positions stay F32, and matrices whose rows do not fill Q8_0's blocks become F16. Ids that only
/// the embedding has become unused tokens. Written tensor by tensor under another name, synced,
/// renamed. Throws DataError when GGUF cannot express the configuration or the tokenizer, or a
/// weight is beyond the type's range; there is no file then.
void save_gguf(const Transformer& transformer, const text::Tokenizer& tokenizer,
               const std::filesystem::path& path, formats::DType type);

}  // namespace toolformer::model
