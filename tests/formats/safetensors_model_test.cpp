// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
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
  void write(const std::string& file, const std::vector<std::string>& tensors,
             const std::array<float, 2>& values = {1, 2}) {
    std::vector<TensorView> views;
    for (const std::string& name : tensors) {
      views.push_back({name, DType::kF32, {2}, std::as_bytes(std::span(values))});
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

// As in a directory whose first shard was written over with all tensors, or with the tied head.
TEST_F(SafetensorsShards, TheIndexDecidesBetweenCopies) {
  write("s1.safetensors", {"a", "b"}, {1, 2});
  write("s2.safetensors", {"b", "c"}, {3, 4});
  for (const auto& [map, first] :
       {std::pair{R"({"a":"s1.safetensors","b":"s2.safetensors","c":"s2.safetensors"})", 3.0F},
        {R"({"a":"s1.safetensors","b":"s1.safetensors","c":"s2.safetensors"})", 1.0F}}) {
    index(map);
    const SafetensorsModel model(directory_.path());
    EXPECT_EQ(model.tensors().size(), 3u) << "the other copy does not count";
    float value = 0;
    std::memcpy(&value, model.find("b")->data.data(), sizeof(value));
    EXPECT_EQ(value, first);
  }
}

TEST_F(SafetensorsShards, NamesAFileOfAnotherKind) {
  std::ofstream(directory_.path() / "model.safetensors")
      << "version https://git-lfs.github.com/spec/v1\n";
  EXPECT_THAT(error(), HasSubstr("git lfs pull"));
  std::ofstream(directory_.path() / "model.safetensors", std::ios::trunc);
  EXPECT_THAT(error(), HasSubstr("it is empty"));
}

TEST_F(SafetensorsShards, RefusesAnIndexThatLies) {
  write("s1.safetensors", {"a"});
  write("s2.safetensors", {"a", "b"});
  EXPECT_THAT(error(), HasSubstr("neither model.safetensors nor"));
  index(R"({"a":"s1.safetensors","z":"s1.safetensors"})");
  EXPECT_THAT(error(), HasSubstr("tensor 'z' is not in 's1.safetensors'"));
  index(R"({"b":"s2.safetensors","c":"s1.safetensors"})");
  write("s1.safetensors", {"a", "c"});
  EXPECT_EQ(error(), "accepted") << "both copies of what is not assigned are the same";
  write("s1.safetensors", {"a", "c"}, {5, 6});
  EXPECT_THAT(error(), HasSubstr("in another shard too, with other numbers"));
  index(R"({"a":"../s1.safetensors"})");
  EXPECT_THAT(error(), HasSubstr("no file name of this directory"));
  index(R"({"a":1})");
  EXPECT_THAT(error(), HasSubstr("no file name"));
  index("{}");
  EXPECT_THAT(error(), HasSubstr("no weight_map"));
}

TEST_F(SafetensorsShards, NamesAMissingShard) {
  index(R"({"a":"gone.safetensors"})");
  EXPECT_THAT(error(), HasSubstr("names 'gone.safetensors', which is not there: an incomplete"));
}

}  // namespace
}  // namespace toolformer::formats
