// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "parity/tiny_models.h"
#include "toolformer/base/error.h"

namespace toolformer::model {
namespace {

// The model with a tokenizer that the stages' golden runs use.
std::filesystem::path tiny_model() {
  return parity::tiny_directory().parent_path().parent_path() / "golden" / "tiny_model";
}

lm::ModelOptions options_for(const std::filesystem::path& model, lm::Engine engine) {
  lm::ModelOptions options;
  options.model = model.string();
  options.device = "cpu";
  options.engine = engine;
  return options;
}

TEST(Load, BothEnginesAreTheSameModel) {
  const auto cached = load_language_model(options_for(tiny_model(), lm::Engine::kCached));
  const auto plain = load_language_model(options_for(tiny_model(), lm::Engine::kPlain));
  EXPECT_EQ(cached->vocab_size(), 260U);
  EXPECT_EQ(cached->fingerprint(), plain->fingerprint());
  const auto ids = cached->tokenizer().ids("Of the 320 lamps");
  const auto fast = cached->prefill({}, ids, ids.front()),
             slow = plain->prefill({}, ids, ids.front());
  ASSERT_EQ(fast.token_logprobs.size(), ids.size());
  for (std::size_t i = 1; i < ids.size(); ++i) {
    EXPECT_NEAR(fast.token_logprobs[i], slow.token_logprobs[i], 2e-5);
    EXPECT_NEAR(fast.probe_logprobs[i], slow.probe_logprobs[i], 2e-5);
  }
  // Only one of them stores keys and values.
  cached->prefill(fast.end, ids, std::nullopt);
  plain->prefill(slow.end, ids, std::nullopt);
  EXPECT_EQ(cached->counters().tokens_forwarded, 2 * ids.size());
  EXPECT_EQ(plain->counters().tokens_forwarded, 3 * ids.size());
}

TEST(Load, ATokenizerWithMoreEntriesThanTheEmbeddingIsRefused) {
  const fake::TemporaryDirectory folder;
  for (const char* file : {"config.json", "model.safetensors"})
    std::filesystem::copy_file(parity::tiny_directory() / "qwen3" / file, folder.path() / file);
  for (const char* file : {"tokenizer.json", "tokenizer_config.json"})
    std::filesystem::copy_file(tiny_model() / file, folder.path() / file);
  EXPECT_THAT(fake::refusal<base::DataError>(
                  [&] { load_language_model(options_for(folder.path(), lm::Engine::kCached)); }),
              testing::HasSubstr("the tokenizer has 260 entries, the embedding 64 rows"));
}

}  // namespace
}  // namespace toolformer::model
