// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/formats/safetensors.h"

namespace toolformer::formats {
namespace {

using testing::HasSubstr;

class SafetensorsShards : public testing::Test {
 protected:
  void write(const std::string& file, const std::vector<std::string>& tensors) {
    static constexpr float kValues[2] = {1, 2};
    std::vector<TensorView> views;
    for (const std::string& name : tensors) {
      views.push_back({name, DType::kF32, {2}, std::as_bytes(std::span(kValues))});
    }
    write_safetensors(directory_.path() / file, views);
  }
  void index(const std::string& map) {
    std::ofstream(directory_.path() / "model.safetensors.index.json")
        << R"({"metadata":{},"weight_map":)" << map << "}";
  }
  std::string error() {
    return fake::refusal<base::DataError>([&] { SafetensorsModel model(directory_.path()); });
  }
  fake::TemporaryDirectory directory_;
};

TEST_F(SafetensorsShards, ReadsOneFile) {
  write("model.safetensors", {"a", "b"});
  const SafetensorsModel model(directory_.path());
  EXPECT_EQ(model.tensors().size(), 2u);
  EXPECT_EQ(model.find("b")->elements(), 2u);
  EXPECT_EQ(model.find("c"), nullptr);
  EXPECT_EQ(SafetensorsModel(directory_.path() / "model.safetensors").tensors().size(), 2u);
}

TEST_F(SafetensorsShards, ReadsShards) {
  write("s1.safetensors", {"a"});
  write("s2.safetensors", {"b", "c"});
  index(R"({"a":"s1.safetensors","b":"s2.safetensors","c":"s2.safetensors"})");
  const SafetensorsModel model(directory_.path());
  EXPECT_EQ(model.files().size(), 2u);
  EXPECT_EQ(model.tensors().size(), 3u);
  EXPECT_NE(model.find("c"), nullptr);
}

TEST_F(SafetensorsShards, RefusesAnIndexThatLies) {
  write("s1.safetensors", {"a"});
  write("s2.safetensors", {"a", "b"});
  EXPECT_THAT(error(), HasSubstr("neither model.safetensors nor"));
  index(R"({"a":"s1.safetensors","z":"s1.safetensors"})");
  EXPECT_THAT(error(), HasSubstr("tensor 'z' is not in 's1.safetensors'"));
  index(R"({"a":"s1.safetensors","b":"s2.safetensors"})");
  EXPECT_THAT(error(), HasSubstr("in another shard too"));
  index(R"({"a":"../s1.safetensors"})");
  EXPECT_THAT(error(), HasSubstr("no file name of this directory"));
  index(R"({"a":1})");
  EXPECT_THAT(error(), HasSubstr("no file name"));
  index("{}");
  EXPECT_THAT(error(), HasSubstr("no weight_map"));
}

TEST_F(SafetensorsShards, NamesAMissingShard) {
  index(R"({"a":"gone.safetensors"})");
  EXPECT_THROW(SafetensorsModel(directory_.path()), base::IoError);
}

}  // namespace
}  // namespace toolformer::formats
