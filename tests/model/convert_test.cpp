// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "parity/tiny_models.h"
#include "toolformer/base/error.h"
#include "toolformer/model/weights/checkpoint.h"

namespace toolformer::model {
namespace {

using testing::HasSubstr;

// The model with a tokenizer that the stages' golden runs use.
std::filesystem::path tiny_model() {
  return parity::tiny_directory().parent_path().parent_path() / "golden" / "tiny_model";
}

TEST(Convert, ThereAndBackGivesTheSameWeights) {
  const fake::TemporaryDirectory folder;
  const auto file = folder.path() / "x.gguf", again = folder.path() / "again";
  convert({.model = tiny_model(), .output = file, .to = "gguf", .type = "F32"});
  convert({.model = file, .output = again});
  EXPECT_THAT(fake::refusal<base::UsageError>([&] { convert({.model = file, .output = again}); }),
              testing::HasSubstr("is there already"));
  convert({.model = file, .output = again, .restart = true});
  const Parameters before = load_transformer(tiny_model(), {}).parameters();
  const Transformer after = load_transformer(again, {});
  ASSERT_EQ(before.size(), after.parameters().size());
  for (const auto& [name, tensor] : before)
    EXPECT_TRUE(torch::equal(tensor, after.parameters().at(name))) << name;
}

TEST(Convert, OutputsThatCannotBeMeantAreRefused) {
  const fake::TemporaryDirectory folder;
  folder.write("file", "x");
  const auto refused = [&](const std::filesystem::path& output, const char* to) {
    return fake::refusal<base::UsageError>(
        [&] { convert({.model = tiny_model(), .output = output, .to = to}); });
  };
  EXPECT_THAT(refused("", "hf"), HasSubstr("the directory to write"));
  EXPECT_THAT(refused("", "gguf"), HasSubstr("the file to write"));
  EXPECT_THAT(refused(tiny_model(), "hf"), HasSubstr("the model itself"));
  EXPECT_THAT(refused(folder.path(), "gguf"), HasSubstr("is a directory; name a file"));
  EXPECT_THAT(refused(folder.path() / "none/", "gguf"), HasSubstr("is a directory; name a file"));
  EXPECT_THAT(refused(folder.path() / "file", "hf"), HasSubstr("is a file; name a directory"));
}

}  // namespace
}  // namespace toolformer::model
