// SPDX-License-Identifier: Apache-2.0
// A model in another format or element type, with its tokenizer.
#pragma once

#include <filesystem>
#include <string>

namespace toolformer::model {

struct Conversion {
  std::filesystem::path model;    ///< a Hugging Face directory or a GGUF file
  std::filesystem::path output;   ///< hf: a directory; gguf: a file
  std::string to = "hf";          ///< hf | gguf
  std::string type = "F16";       ///< gguf: F32 | F16 | Q8_0, of the matrices (save_gguf.h)
  std::string dtype = "float32";  ///< hf: float32 | bfloat16
  bool restart = false;           ///< write over what is there
};

/// Throws UsageError when the output is missing, of the wrong kind, the model itself or there
/// already, DataError for what cannot be read or cannot be said in the other format.
void convert(const Conversion& conversion);

}  // namespace toolformer::model
