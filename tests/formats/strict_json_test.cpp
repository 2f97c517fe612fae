// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/strict_json.h"

#include <gtest/gtest.h>

#include <fstream>

#include "fake/temporary_directory.h"
#include "toolformer/base/error.h"

namespace toolformer::formats {
namespace {

TEST(StrictJson, ReadsOneValue) {
  EXPECT_EQ(parse_strict_json(R"({"a":[1,{"a":2}],"b":{"a":3}})", "x")["b"]["a"], 3);
}

TEST(StrictJson, RefusesDuplicateKeysDepthAndGarbage) {
  EXPECT_THROW(parse_strict_json(R"({"a":1,"a":1})", "x"), base::DataError);
  EXPECT_THROW(parse_strict_json(R"({"b":{"a":1,"a":1}})", "x"), base::DataError);
  EXPECT_THROW(parse_strict_json("[[[1]]]", "x", 2), base::DataError);
  EXPECT_NO_THROW(parse_strict_json("[[[1]]]", "x", 3));
  for (const char* text : {"", "{", "{} {}", "nul", "\"\xff\"", "1e999", "[1,]", "\"\\ud800\""}) {
    EXPECT_THROW(parse_strict_json(text, "x"), base::DataError) << text;
  }
}

TEST(StrictJson, NamesTheFileAndItsLimit) {
  const fake::TemporaryDirectory directory;
  std::ofstream(directory.path() / "a.json") << "{\"a\": 1}";
  EXPECT_EQ(read_strict_json(directory.path() / "a.json")["a"], 1);
  EXPECT_THROW(read_strict_json(directory.path() / "a.json", 4), base::DataError);
  EXPECT_THROW(read_strict_json(directory.path() / "b.json"), base::IoError);
}

}  // namespace
}  // namespace toolformer::formats
