// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/architecture/architecture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "parity/tiny_models.h"
#include "toolformer/base/error.h"
#include "toolformer/model/weights/checkpoint.h"

namespace toolformer::model {
namespace {

TEST(Architecture, AnUnknownOneIsNamedBesideTheKnown) {
  try {
    find_architecture("mamba");
    FAIL();
  } catch (const base::DataError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("'mamba'"));
    EXPECT_THAT(error.what(), testing::HasSubstr("gemma3_text (gemma3), gpt2"));
    EXPECT_THAT(error.what(), testing::EndsWith("gpt_neox"));
  }
}

TEST(Architecture, EveryRowIsHeldToTransformersByATinyModel) {
  std::set<std::string> rows, held;
  for (const Architecture& row : architectures()) rows.insert(row.names.hugging_face);
  for (const std::string& name : parity::tiny_cases())
    held.insert(load_config(parity::tiny_directory() / name).architecture);
  EXPECT_EQ(rows.size(), architectures().size()) << "two rows have the same name";
  EXPECT_EQ(rows, held);
}

}  // namespace
}  // namespace toolformer::model
