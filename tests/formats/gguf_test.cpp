// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/gguf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "fake/test_files.h"
#include "formats/gguf_builder.h"
#include "toolformer/base/error.h"
#include "toolformer/formats/quantized_blocks.h"

namespace toolformer::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Gguf : public testing::Test {
 protected:
  GgufFile open(const std::string& bytes) {
    std::ofstream(path(), std::ios::binary) << bytes;
    return GgufFile(path());
  }
  std::filesystem::path path() const { return directory_.path() / "x.gguf"; }

  /// The message of the DataError that reading these bytes ends with.
  std::string error_of(const std::string& bytes) {
    return fake::refusal<base::DataError>([&] { open(bytes); });
  }
  std::string error_of(const GgufBuilder& file) { return error_of(file.bytes()); }

 private:
  fake::TemporaryDirectory directory_;
};

TEST_F(Gguf, ReadsMetadataAndTensors) {
  const GgufFile file = open(small_gguf().bytes());
  EXPECT_EQ(file.version(), 3u);
  EXPECT_EQ(file.string("general.architecture"), "llama");
  EXPECT_EQ(file.integer("llama.block_count"), 2);
  EXPECT_EQ(file.number("llama.block_count"), 2.0);
  EXPECT_EQ(file.boolean("flag"), true);
  EXPECT_THAT(*file.strings("words"), ElementsAre("one", "", "three"));
  EXPECT_THAT(*file.numbers("scores"), ElementsAre(0.5, -1.0));
  ASSERT_EQ(file.tensors().size(), 2u);
  EXPECT_EQ(file.find("c"), nullptr);
  std::vector<float> a(4), b(32);
  to_float(*file.find("a"), a);
  to_float(*file.find("b"), b);
  EXPECT_THAT(a, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(file.find("a")->shape, ElementsAre(2, 2));
  EXPECT_EQ(b.front(), -8);
  EXPECT_EQ(b.back(), 7.5);
}

TEST_F(Gguf, AbsentKeysAreNothingAndWrongTypesAreErrors) {
  const GgufFile file = open(small_gguf().bytes());
  EXPECT_EQ(file.integer("absent"), std::nullopt);
  EXPECT_EQ(file.strings("absent"), nullptr);
  EXPECT_THROW(file.integer("general.architecture"), base::DataError);
  EXPECT_THROW(file.string("flag"), base::DataError);
  EXPECT_THROW(file.numbers("words"), base::DataError);
}

TEST_F(Gguf, PartsAndAdaptersAreNoModels) {
  GgufBuilder part(0, 2);
  part.key("split.no", 2).put<std::uint16_t>(1).key("split.count", 2).put<std::uint16_t>(3);
  EXPECT_THAT(error_of(part), HasSubstr("file 2 of 3 of a split model; put them together: "
                                        "llama-gguf-split --merge"));
  GgufBuilder whole(0, 1);
  whole.key("split.count", 2).put<std::uint16_t>(1);
  EXPECT_EQ(error_of(whole.align()), "accepted");
  GgufBuilder adapter(0, 1);
  adapter.string("general.type", "adapter");
  EXPECT_THAT(error_of(adapter), HasSubstr("llama-export-lora"));
}

TEST_F(Gguf, ShapesAreOutermostFirst) {
  GgufBuilder file(1, 0);
  file.tensor("t", {3, 2}, 0, 0).align().raw(std::string(24, '\0'));
  EXPECT_THAT(open(file.bytes()).find("t")->shape, ElementsAre(2, 3));
}

TEST_F(Gguf, AlignmentIsAsTheFileSays) {
  GgufBuilder file(1, 1);
  file.uint32("general.alignment", 64).tensor("t", {1}, 0, 0).align(64).put(7.0F);
  std::vector<float> value(1);
  const GgufFile read = open(file.bytes());
  to_float(*read.find("t"), value);
  EXPECT_EQ(value[0], 7.0F);
}

TEST_F(Gguf, RefusesWhatIsNoGguf) {
  EXPECT_THAT(error_of(""), HasSubstr("no GGUF file"));
  EXPECT_THAT(error_of("GGU"), HasSubstr("no GGUF file"));
  EXPECT_THAT(error_of("PK\3\4rest of a zip"), HasSubstr("no GGUF file"));
  EXPECT_THAT(error_of(GgufBuilder(0, 0, 1)), HasSubstr("version 1"));
  EXPECT_THAT(error_of(GgufBuilder(0, 0, 0x03000000)), HasSubstr("version 50331648"));
  EXPECT_THROW(GgufFile("/nonexistent.gguf"), base::IoError);
  EXPECT_FALSE(is_gguf(path().parent_path()));
}

TEST_F(Gguf, RefusesCountsThatDoNotFit) {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  EXPECT_THAT(error_of(GgufBuilder(kMost, 0)),
              HasSubstr("number of tensors is 18446744073709551615"));
  EXPECT_THAT(error_of(GgufBuilder(0, 1u << 30)), HasSubstr("number of metadata values"));
  EXPECT_THAT(error_of(GgufBuilder(0, 1).put<std::uint64_t>(kMost).raw("abcdefgh")),
              HasSubstr("needs 18446744073709551615 bytes"));
  EXPECT_THAT(error_of(GgufBuilder(0, 1).key("k", 8).put<std::uint64_t>(1u << 31)),
              HasSubstr("needs 2147483648 bytes"));
  EXPECT_THAT(error_of(GgufBuilder(0, 1).key("k", 9).put<std::uint32_t>(6).put<std::uint64_t>(
                  kMost / 4 + 1)),
              HasSubstr("length of an array"));
}

TEST_F(Gguf, RefusesWrongTypesOfValues) {
  EXPECT_THAT(error_of(GgufBuilder(0, 1).key("k", 13).put<std::uint64_t>(0)),
              HasSubstr("13 is no value type"));
  EXPECT_THAT(error_of(GgufBuilder(0, 1).boolean("k", 2)), HasSubstr("a boolean is 2"));
  EXPECT_THAT(error_of(GgufBuilder(0, 1).key("k", 9).put<std::uint32_t>(9).put<std::uint64_t>(0)),
              HasSubstr("arrays of arrays"));
  EXPECT_THAT(error_of(GgufBuilder(0, 1).uint32("", 1)), HasSubstr("has 0 bytes"));
}

TEST_F(Gguf, RefusesDuplicates) {
  EXPECT_THAT(error_of(GgufBuilder(0, 2).uint32("k", 1).uint32("k", 1)),
              HasSubstr("'k' stands there twice"));
  GgufBuilder file(2, 0);
  file.tensor("t", {8}, 0, 0).tensor("t", {8}, 0, 32).align().raw(std::string(64, '\0'));
  EXPECT_THAT(error_of(file), HasSubstr("tensor 't' stands there twice"));
}

TEST_F(Gguf, RefusesShapesThatLie) {
  const auto with_shape = [&](const std::vector<std::uint64_t>& shape, std::uint32_t type = 0) {
    GgufBuilder file(1, 0);
    return error_of(file.tensor("t", shape, type, 0).align().raw(std::string(256, '\0')));
  };
  EXPECT_THAT(with_shape({}), HasSubstr("0 dimensions"));
  EXPECT_THAT(with_shape({1, 1, 1, 1, 1}), HasSubstr("5 dimensions"));
  EXPECT_THAT(with_shape({0}), HasSubstr("is 0"));
  EXPECT_THAT(with_shape({~std::uint64_t{0}}), HasSubstr("is -1"));
  EXPECT_THAT(with_shape({std::uint64_t{1} << 32, std::uint64_t{1} << 32}),
              HasSubstr("64 bits"));  // product wraps to 0
  EXPECT_THAT(with_shape({(std::uint64_t{1} << 62) + 1, 4}), HasSubstr("64 bits"));  // and to 4
  EXPECT_THAT(with_shape({65}), HasSubstr("needs 260 bytes"));
  EXPECT_THAT(with_shape({33}, 8), HasSubstr("multiple of 32"));
  EXPECT_THAT(with_shape({8}, 99), HasSubstr("type 99 (unknown)"));
  EXPECT_THAT(with_shape({256}, 11), HasSubstr("Q3_K"));
}

TEST_F(Gguf, RefusesOffsetsThatLie) {
  const auto with_offsets = [&](std::uint64_t first, std::uint64_t second) {
    GgufBuilder file(2, 0);
    return error_of(file.tensor("s", {8}, 0, first)
                        .tensor("t", {8}, 0, second)
                        .align()
                        .raw(std::string(64, '\0')));
  };
  EXPECT_EQ(with_offsets(0, 32), "accepted");
  EXPECT_EQ(with_offsets(32, 0), "accepted");
  EXPECT_THAT(with_offsets(0, 0), HasSubstr("inside tensor"));
  EXPECT_THAT(with_offsets(0, 33), HasSubstr("not a multiple"));
  EXPECT_THAT(with_offsets(0, 64), HasSubstr("holds 64 bytes of data"));
  EXPECT_THAT(with_offsets(0, ~std::uint64_t{31}), HasSubstr("holds 64 bytes of data"));
  EXPECT_THAT(error_of(GgufBuilder(0, 1).uint32("general.alignment", 0)),
              HasSubstr("power of two"));
  EXPECT_THAT(error_of(GgufBuilder(0, 1).uint32("general.alignment", 48)),
              HasSubstr("power of two"));
}

TEST_F(Gguf, NamesFileAndByteOfEveryTruncation) {
  const std::string whole = small_gguf().bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string error = error_of(whole.substr(0, size));
    ASSERT_NE(error, "accepted") << size;
    EXPECT_THAT(error, HasSubstr(path().string()));
  }
}

TEST_F(Gguf, SurvivesRandomDamage) {
  const std::string whole = small_gguf().bytes();
  std::uint64_t state = 1;
  const auto random = [&] {
    return (state = state * 6364136223846793005u + 1442695040888963407u) >> 33;
  };
  int read = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string damaged = whole;
    for (std::uint64_t flips = 1 + random() % 4; flips > 0; --flips) {
      damaged[random() % damaged.size()] = static_cast<char>(random() & 0xff);
    }
    try {
      const GgufFile file = open(damaged);
      for (const TensorView& tensor : file.tensors()) {
        std::vector<float> values(tensor.elements());
        if (converts_to_float(tensor.dtype)) to_float(tensor, values);
      }
      ++read;
    } catch (const base::DataError&) {
    }
  }
  EXPECT_GT(read, 1000);  // damage to numbers and names goes unnoticed, and must
}

TEST_F(Gguf, NoticesThatTheFileWasCut) {
  const GgufFile file = open(small_gguf().bytes());
  file.check_size();
  std::filesystem::resize_file(path(), 100);
  EXPECT_THROW(file.check_size(), base::DataError);
}

TEST(RealGguf, ReadsBothModels) {
  for (const auto& [name, tensors] :
       {std::pair("gemma3-270m.gguf", 236u), std::pair("smollm2-135m-instruct.gguf", 272u)}) {
    const auto path = fake::model_file(name);
    if (!path) GTEST_SKIP() << name << " is not in $TOOLFORMER_MODELS";
    EXPECT_TRUE(is_gguf(*path));
    const GgufFile file(*path);
    EXPECT_EQ(file.tensors().size(), tensors);
    EXPECT_NE(file.find("token_embd.weight"), nullptr);
    EXPECT_EQ(file.find("token_embd.weight")->shape[0],
              static_cast<std::int64_t>(file.strings("tokenizer.ggml.tokens")->size()));
  }
}

}  // namespace
}  // namespace toolformer::formats
