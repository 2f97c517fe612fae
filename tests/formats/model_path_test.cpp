// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/model_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::formats {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kPointer =
    "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n";
const std::string kWeights = std::string("\x02\0\0\0\0\0\0\0{}", 10);

class ModelPath : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& bytes) {
    fs::create_directories((directory_.path() / name).parent_path());
    std::ofstream(directory_.path() / name, std::ios::binary) << bytes;
  }
  std::string refusal(const std::string& name = "") {
    return fake::refusal<base::DataError>(
        [&] { refuse_no_model(name.empty() ? directory_.path() : directory_.path() / name); });
  }
  fake::TemporaryDirectory directory_;
};

TEST_F(ModelPath, ModelsAndUnknownThingsPass) {
  write("config.json", "{}");
  write("model.safetensors", kWeights);
  write("tokenizer.json", "{}");
  EXPECT_EQ(refusal(), "accepted");
  write("adapter_config.json", "{}");
  EXPECT_EQ(refusal(), "accepted") << "the adapter was merged, its settings stayed";
  write("x.gguf", "GGUF\x03");
  EXPECT_EQ(refusal("x.gguf"), "accepted");
  write("odd.gguf", "who knows");
  EXPECT_EQ(refusal("odd.gguf"), "accepted") << "reading it says what it lacks";
  EXPECT_EQ(refusal("not there"), "accepted");
}

TEST_F(ModelPath, NamesAFileOfAnotherKind) {
  write("a.gguf", kPointer);
  EXPECT_THAT(refusal("a.gguf"), AllOf(HasSubstr("a.gguf"), HasSubstr("git lfs pull")));
  write("c.gguf.gz", "\x1F\x8B\x08");
  EXPECT_THAT(refusal("c.gguf.gz"), HasSubstr("gzip -dc"));
  write("d.bin", "PK\x03\x04");
  EXPECT_THAT(refusal("d.bin"), HasSubstr("safe_serialization=True"));
  write("e.gguf", "FUGG");
  EXPECT_THAT(refusal("e.gguf"), HasSubstr("big-endian"));
  write("f.bin", "tjgg\x02");
  EXPECT_THAT(refusal("f.bin"), HasSubstr("convert_hf_to_gguf.py"));
  write("m/config.json", "{}");
  write("m/model.safetensors", kWeights);
  for (const char* name : {"m/model.safetensors", "m/config.json"})
    EXPECT_THAT(refusal(name), HasSubstr("one file of a model; name the directory"));
}

TEST_F(ModelPath, NamesAPointerInADirectory) {
  write("config.json", "{}");
  write("model-00001-of-00001.safetensors", kPointer);
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("model-00001-of-00001.safetensors"), HasSubstr("git lfs pull")));
  write("model-00001-of-00001.safetensors", kWeights);
  write("tokenizer.json", "<html><head>");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("tokenizer.json"), HasSubstr("HTML")));
  write("tokenizer.json", "{}");
  write("model-00001-of-00001.safetensors", "");
  EXPECT_THAT(refusal(), HasSubstr("it is empty"));
}

TEST_F(ModelPath, NamesAnAdapter) {
  write("adapter_config.json", "{}");
  write("adapter_model.safetensors", kWeights);
  write("tokenizer.json", "{}");
  EXPECT_THAT(refusal(), HasSubstr("merge it into its base first"));
  write("config.json", "{}");
  EXPECT_THAT(refusal(), HasSubstr("a PEFT adapter")) << "a config alone makes no model of it";
  write("run/adapter/adapter_config.json", "{}");
  write("run/config.json", "{}");
  write("run/model.safetensors", kWeights);
  EXPECT_THAT(refusal("run/adapter"), HasSubstr("the model that it was merged into is " +
                                                (directory_.path() / "run").string()));
}

TEST_F(ModelPath, NamesOtherWeights) {
  write("config.json", "{}");
  write("pytorch_model.bin", "PK\x03\x04");
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("pytorch_model.bin"), HasSubstr("safe_serialization=True")));
  fs::remove(directory_.path() / "pytorch_model.bin");
  write("flax_model.msgpack", "x");
  EXPECT_THAT(refusal(), HasSubstr("only flax_model.msgpack"));
}

TEST_F(ModelPath, NamesTheModelsInAFolder) {
  EXPECT_THAT(refusal(), HasSubstr("the folder is empty"));
  write("small/config.json", "{}");
  EXPECT_THAT(refusal(), HasSubstr("name one of: small"));
  write("x-Q8_0.gguf", "GGUF");
  EXPECT_THAT(refusal(), HasSubstr("name one of the files: x-Q8_0.gguf"));
  write("refs/main", "abc");
  write("snapshots/abc/config.json", "{}");
  EXPECT_THAT(refusal(), HasSubstr("/snapshots/abc"));
}

}  // namespace
}  // namespace toolformer::formats
