// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/load.h"

#include <torch/torch.h>

#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/model/engine/plain_language_model.h"
#include "toolformer/model/engine/torch_language_model.h"
#include "toolformer/model/runtime.h"
#include "toolformer/model/weights/checkpoint.h"

namespace toolformer::model {

std::unique_ptr<lm::LanguageModel> load_language_model(const lm::ModelOptions& given) {
  const lm::ModelOptions options = resolve(given);
  const LoadOptions load = set_up_runtime(options);
  auto tokenizer = text::load_tokenizer(options.model);
  auto transformer = load_transformer(options.model, load);
  if (static_cast<std::int64_t>(tokenizer->size()) > transformer.config().vocab) {
    base::throw_error<base::DataError>(
        "{}: the tokenizer has {} entries, the embedding {} rows; the files do not belong together",
        options.model, tokenizer->size(), transformer.config().vocab);
  }
  auto fingerprint = model_fingerprint(options.model);
  if (options.engine == lm::Engine::kPlain) {
    return std::make_unique<PlainLanguageModel>(std::move(transformer), std::move(tokenizer),
                                                std::move(fingerprint));
  }
  EngineSettings settings{.workers = static_cast<std::size_t>(options.workers)};
  if (options.sample_dtype == lm::SampleDtype::kInt8)
    settings.sample_weights = SampleWeights::kInt8;
  return std::make_unique<TorchLanguageModel>(std::move(transformer), std::move(tokenizer),
                                              std::move(fingerprint), settings);
}

}  // namespace toolformer::model
