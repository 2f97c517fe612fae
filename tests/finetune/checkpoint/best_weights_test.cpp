// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/checkpoint/best_weights.h"

#include <gtest/gtest.h>

#include "fake/temporary_directory.h"
#include "finetune/tiny_model.h"
#include "toolformer/base/error.h"

namespace toolformer::finetune {
namespace {

TEST(BestWeights, RestoresTheTrainedParametersAlone) {
  const fake::TemporaryDirectory directory;
  const BestWeights best(directory / "best");
  const model::Transformer saved = tiny_model(tiny_config(true), 1),
                           other = tiny_model(tiny_config(true), 2);
  for (const model::Transformer* model : {&saved, &other}) {
    model->parameters().at("model.embed_tokens.weight").set_requires_grad(false);
  }
  best.save(7, saved);
  EXPECT_TRUE(best.has(7));
  best.restore(7, other);
  for (const auto& [name, tensor] : other.parameters()) {
    EXPECT_EQ(tensor.equal(saved.parameters().at(name)), tensor.requires_grad()) << name;
  }
}

TEST(BestWeights, OtherParametersAreRefused) {
  const fake::TemporaryDirectory directory;
  const BestWeights best(directory / "best");
  best.save(7, tiny_model(tiny_config(true)));
  EXPECT_THROW(best.restore(7, tiny_model(tiny_config(false))), base::DataError);
}

TEST(BestWeights, KeepsOne) {
  const fake::TemporaryDirectory directory;
  const BestWeights best(directory / "best");
  best.keep_only({3, std::nullopt});
  for (const std::size_t step : {3, 9}) best.save(step, tiny_model(tiny_config(true)));
  best.keep_only({9});
  EXPECT_FALSE(best.has(3));
  EXPECT_TRUE(best.has(9));
}

}  // namespace
}  // namespace toolformer::finetune
