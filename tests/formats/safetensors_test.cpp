// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fake/refusal.h"
#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"
#include "toolformer/formats/quantized_blocks.h"

namespace toolformer::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string with_header(const std::string& header, std::size_t data) {
  const std::uint64_t size = header.size();
  return std::string(reinterpret_cast<const char*>(&size), 8) + header + std::string(data, '\1');
}

std::string with_length(std::uint64_t length) {
  return std::string(reinterpret_cast<const char*>(&length), 8) + "{}";
}

class Safetensors : public testing::Test {
 protected:
  SafetensorsFile open(const std::string& bytes) {
    std::ofstream(path(), std::ios::binary) << bytes;
    return SafetensorsFile(path());
  }
  std::filesystem::path path() const { return directory_.path() / "x.safetensors"; }
  std::string error_of(const std::string& bytes) {
    return fake::refusal<base::DataError>([&] { open(bytes); });
  }
  /// One tensor "t" with these fields, before `data` bytes.
  std::string error_of_tensor(const std::string& fields, std::size_t data) {
    return error_of(with_header(R"({"t":{)" + fields + "}}", data));
  }

 private:
  fake::TemporaryDirectory directory_;
};

TEST_F(Safetensors, ReadsTensorsInTheOrderOfTheirBytes) {
  const SafetensorsFile file = open(with_header(
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"BF16","shape":[2],"data_offsets":[8,12]},)"
      R"("a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}, "e":{"dtype":"F32","shape":[0,7],"data_offsets":[12,12]}})",
      12));
  EXPECT_EQ(file.metadata().at("format"), "pt");
  ASSERT_EQ(file.tensors().size(), 3u);
  EXPECT_EQ(file.tensors()[0].name, "a");
  EXPECT_THAT(file.tensors()[0].shape, ElementsAre(1, 2));
  EXPECT_EQ(file.tensors()[1].dtype, DType::kBF16);
  EXPECT_EQ(file.tensors()[1].data.size(), 4u);
  EXPECT_EQ(file.tensors()[2].elements(), 0u);
}

TEST_F(Safetensors, ScalarsHaveNoDimensions) {
  EXPECT_EQ(open(with_header(R"({"t":{"dtype":"I64","shape":[],"data_offsets":[0,8]}})", 8))
                .tensors()[0]
                .elements(),
            1u);
}

TEST_F(Safetensors, RefusesHeaderLengthsThatLie) {
  EXPECT_THAT(error_of(""), HasSubstr("it is empty"));
  EXPECT_THAT(error_of("1234"), HasSubstr("header length needs 8 bytes"));
  EXPECT_THAT(error_of("1234567"), HasSubstr("has 7 left"));
  EXPECT_THAT(error_of(with_length(0)), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(error_of(with_length(3)), HasSubstr("needs 3 bytes, but the file has 2"));
  EXPECT_THAT(error_of(with_length(100'000'001)), HasSubstr("100000001, more than the 100000000"));
  EXPECT_THAT(error_of(with_length(std::uint64_t{1} << 63)), HasSubstr("9223372036854775808"));
  EXPECT_THAT(error_of(with_length(~std::uint64_t{0})), HasSubstr("18446744073709551615"));
}

TEST_F(Safetensors, RefusesHeadersThatAreNoJson) {
  EXPECT_THAT(error_of(with_header("[]", 0)), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(error_of(with_header("{\"a\":", 0)), HasSubstr("not valid JSON"));
  EXPECT_THAT(error_of(with_header("{\"\xff\":1}", 0)), HasSubstr("not valid JSON"));
  EXPECT_THAT(error_of(with_header("{\"a\":" + std::string(100000, '['), 0)),
              HasSubstr("nested deeper than 4"));
  EXPECT_THAT(error_of(with_header(R"({"a":1e400})", 0)), HasSubstr("not valid JSON"));
  EXPECT_THAT(error_of(with_header(R"({"__metadata__":{"a":1}})", 0)), HasSubstr("is no string"));
}

TEST_F(Safetensors, RefusesDuplicateKeys) {
  const std::string tensor = R"({"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
  EXPECT_THAT(error_of(with_header(R"({"t":)" + tensor + R"(,"t":)" + tensor + "}", 1)),
              HasSubstr("the key \"t\" comes twice"));
  EXPECT_THAT(error_of_tensor(R"("dtype":"U8","dtype":"F32","shape":[1],"data_offsets":[0,1])", 1),
              HasSubstr("the key \"dtype\" comes twice"));
}

TEST_F(Safetensors, RefusesFieldsThatAreMissingOrUnknown) {
  EXPECT_THAT(error_of_tensor(R"("dtype":"Q9","shape":[1],"data_offsets":[0,1])", 1),
              HasSubstr("unknown dtype 'Q9'"));
  EXPECT_THAT(error_of_tensor(R"("dtype":"Q4_0","shape":[32],"data_offsets":[0,18])", 18),
              HasSubstr("unknown dtype"));
  EXPECT_THAT(error_of_tensor(R"("shape":[1],"data_offsets":[0,1])", 1), HasSubstr("no dtype"));
  EXPECT_THAT(error_of_tensor(R"("dtype":"U8","data_offsets":[0,1])", 1),
              HasSubstr("no array 'shape'"));
  EXPECT_THAT(error_of_tensor(R"("dtype":"U8","shape":[1])", 1),
              HasSubstr("no array 'data_offsets'"));
  EXPECT_THAT(error_of_tensor(R"("dtype":"U8","shape":[1],"data_offsets":[0])", 1),
              HasSubstr("no pair"));
  EXPECT_THAT(error_of_tensor(R"("dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1)", 1),
              HasSubstr("unknown field 'x'"));
  EXPECT_THAT(error_of(with_header(R"({"t":1})", 0)), HasSubstr("is no object"));
}

TEST_F(Safetensors, RefusesShapesThatLie) {
  const auto with_shape = [&](const std::string& shape, const std::string& end = "4") {
    return error_of_tensor(
        R"("dtype":"F32","shape":)" + shape + R"(,"data_offsets":[0,)" + end + "]", 4);
  };
  EXPECT_EQ(with_shape("[1]"), "accepted");
  EXPECT_THAT(with_shape("[2]"), HasSubstr("make 8 bytes"));
  EXPECT_THAT(with_shape("[-1]"), HasSubstr("no whole number"));
  EXPECT_THAT(with_shape("[1.0]"), HasSubstr("no whole number"));
  EXPECT_THAT(with_shape("[1e2]"), HasSubstr("no whole number"));
  EXPECT_THAT(with_shape("[18446744073709551616]"), HasSubstr("no whole number"));
  EXPECT_THAT(with_shape("[4294967296,4294967296]", "0"), HasSubstr("64 bits"));  // wraps to 0
  EXPECT_THAT(with_shape("[4611686018427387905]"), HasSubstr("64 bits"));  // times 4 wraps to 4
  EXPECT_THAT(with_shape("[0,4294967296,4294967296]", "0"),
              HasSubstr("64 bits"));  // nothing, but of absurd shape
  EXPECT_THAT(with_shape("[9223372036854775808,0]", "0"), HasSubstr("64 bits"));
}

TEST_F(Safetensors, RefusesOffsetsThatLie) {
  const auto with_offsets = [&](const std::string& a, const std::string& b, std::size_t data) {
    return error_of(with_header(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + a +
                                    R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + b + "}}",
                                data));
  };
  EXPECT_EQ(with_offsets("[4,8]", "[0,4]", 8), "accepted");
  EXPECT_THAT(with_offsets("[4,0]", "[0,4]", 8), HasSubstr("make 4 bytes"));
  EXPECT_THAT(with_offsets("[0,4]", "[2,6]", 8), HasSubstr("overlap"));
  EXPECT_THAT(with_offsets("[0,4]", "[0,4]", 8), HasSubstr("overlap"));
  EXPECT_THAT(with_offsets("[0,4]", "[5,9]", 9), HasSubstr("hole"));
  EXPECT_THAT(with_offsets("[1,5]", "[5,9]", 9), HasSubstr("hole"));
  EXPECT_THAT(with_offsets("[0,4]", "[4,8]", 7), HasSubstr("cut short"));
  EXPECT_THAT(with_offsets("[0,4]", "[4,8]", 9), HasSubstr("followed by something else"));
  EXPECT_THAT(with_offsets("[0,4]", "[18446744073709551612,18446744073709551615]", 8),
              HasSubstr("make 4 bytes"));
}

TEST_F(Safetensors, NamesFileOfEveryTruncationAndSurvivesRandomDamage) {
  const std::string whole = with_header(
      R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)"
      R"("b":{"dtype":"F16","shape":[2],"data_offsets":[8,12]}})",
      12);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(error_of(whole.substr(0, size)), HasSubstr(path().string())) << size;
  }
  std::uint64_t state = 1;
  const auto random = [&] {
    return (state = state * 6364136223846793005u + 1442695040888963407u) >> 33;
  };
  for (int round = 0; round < 20000; ++round) {
    std::string damaged = whole;
    for (std::uint64_t flips = 1 + random() % 3; flips > 0; --flips) {
      damaged[random() % damaged.size()] = static_cast<char>(random() & 0xff);
    }
    try {
      const SafetensorsFile file = open(damaged);
      for (const TensorView& tensor : file.tensors()) {
        std::vector<float> values(tensor.elements());
        if (converts_to_float(tensor.dtype)) to_float(tensor, values);
      }
    } catch (const base::DataError&) {
    }
  }
}

}  // namespace
}  // namespace toolformer::formats
