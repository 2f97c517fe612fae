// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/convert.h"

#include <spdlog/spdlog.h>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/model/weights/checkpoint.h"
#include "toolformer/model/weights/save_gguf.h"
#include "toolformer/text/tokenizer.h"
#include "toolformer/text/tokenizer_export.h"

namespace toolformer::model {
namespace {

namespace fs = std::filesystem;

void check_output(const Conversion& conversion) {
  const bool file = conversion.to == "gguf";
  const char* what = file ? "file" : "directory";
  const fs::path& output = conversion.output;
  if (output.empty())
    base::throw_error<base::UsageError>("--output is missing: the {} to write", what);
  if (file && !output.has_filename())
    base::throw_error<base::UsageError>("--output {} is a directory; name a file", output.string());
  if (!fs::exists(output)) return;
  if (fs::equivalent(output, conversion.model))
    base::throw_error<base::UsageError>("--output {} is the model itself; name another {}",
                                        output.string(), what);
  if (fs::is_directory(output) == file)
    base::throw_error<base::UsageError>("--output {} is a {}; name a {}", output.string(),
                                        file ? "directory" : "file", what);
  if (!conversion.restart) base::refuse_existing("--output", output);
}

formats::DType stored_type(const std::string& name) {
  if (name == "F32") return formats::DType::kF32;
  return name == "F16" ? formats::DType::kF16 : formats::DType::kQ8_0;
}

}  // namespace

void convert(const Conversion& conversion) {
  check_output(conversion);
  const bool gguf = conversion.to == "gguf";
  const auto tokenizer = text::load_tokenizer(conversion.model);
  LoadOptions options;
  if (!gguf && conversion.dtype == "bfloat16") options.dtype = torch::kBFloat16;
  const Transformer transformer = load_transformer(conversion.model, options);
  if (gguf) {
    save_gguf(transformer, *tokenizer, conversion.output, stored_type(conversion.type));
  } else {
    text::export_tokenizer(*tokenizer, conversion.output);  // first: it refuses what it cannot keep
    save_transformer(transformer, conversion.output);
    keep_generation_settings(conversion.model, conversion.output);
  }
  spdlog::info("{}: {} as {}", conversion.output.string(), transformer.config().architecture,
               gguf ? conversion.type : conversion.dtype);
}

}  // namespace toolformer::model
