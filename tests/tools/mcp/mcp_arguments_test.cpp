// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/mcp/mcp_arguments.h"

#include <gmock/gmock.h>

namespace toolformer::tools {
namespace {

using nlohmann::json;

/// The arguments as JSON, or "kind: message".
std::string read(const char* schema, std::string_view input) {
  const auto arguments = McpArguments(json::parse(schema)).read(input);
  if (const auto* value = std::get_if<json>(&arguments)) return value->dump();
  const auto& error = std::get<Outcome>(arguments);
  return error.error_kind + ": " + error.error_message;
}

constexpr const char* kOneText =
    R"({"type":"object","properties":{"q":{"type":"string"}},"required":["q"]})";
constexpr const char* kFile =
    R"({"properties":{"path":{"type":"string"},"head":{"type":"number"}},"required":["path"]})";
constexpr const char* kSum =
    R"({"properties":{"a":{"type":"number"},"b":{"type":"integer"}},"required":["a","b"]})";

TEST(McpArguments, TheOnlyTextIsTheInputAsItIs) {
  EXPECT_EQ(read(kOneText, R"({"q": 1})"), R"({"q":"{\"q\": 1}"})");
  EXPECT_EQ(read(kOneText, ""), R"({"q":""})");
  EXPECT_EQ(read(R"({"properties":{"q":{"type":"string"}}})", " x "), R"({"q":" x "})");
}

TEST(McpArguments, TheOnlyRequiredTextIsTheInputUnlessThatIsAnObject) {
  EXPECT_EQ(read(kFile, "/a b"), R"({"path":"/a b"})");
  EXPECT_EQ(read(kFile, R"( {"path": "/a", "head": 3})"), R"({"head":3,"path":"/a"})");
  EXPECT_EQ(read(kFile, R"({"head": 3})"), "bad_input: the input lacks \"path\"");
}

TEST(McpArguments, ATextIsSpelledInManyWays) {
  for (const char* property :
       {R"({"type":["string","null"]})", R"({"type":["null","string"]})",
        R"({"anyOf":[{"type":"string"},{"type":"null"}]})", R"({"oneOf":[{"type":"string"}]})",
        R"({"allOf":[{"$ref":"#/$defs/Text"}]})", R"({"$ref":"#/$defs/Text"})",
        R"({"$ref":"#/$defs/Alias"})", R"({"anyOf":[{"$ref":"#/$defs/Text"},{"type":"null"}]})",
        R"({"type":"string","nullable":true})", R"({"enum":["so","no"]})", R"({"const":"so"})",
        "{}", "true", R"({"description":"what to look for"})"}) {
    json schema = json::parse(
        R"({"$defs":{"Text":{"type":"string"},"Alias":{"$ref":"#/$defs/Text"}},"required":["q"]})");
    schema["properties"]["q"] = json::parse(property);
    EXPECT_EQ(read(schema.dump().c_str(), "so"), R"({"q":"so"})") << property;
  }
  for (const char* property :
       {R"({"type":"object"})", R"({"type":["array","null"]})", R"({"anyOf":[{"type":"boolean"}]})",
        R"({"$ref":"#/$defs/None"})", R"({"$ref":"#"})", R"({"enum":[true]})", "false"}) {
    json schema;
    schema["properties"]["q"] = json::parse(property);
    EXPECT_THAT(read(schema.dump().c_str(), "so"), testing::HasSubstr("bad_input")) << property;
  }
}

TEST(McpArguments, OthersWithADefaultNeedNotBeGiven) {
  constexpr const char* kQ = R"({"properties":{"q":{"type":"string"},)";
  for (const char* others :
       {R"("lang":{"type":"string","default":"en"}}})",
        R"("lang":{"type":"string","default":"en"}},"required":["q"]})",
        R"("n":{"type":"integer"}}})", R"("n":{"type":["integer","null"]}}})",
        R"("n":{"anyOf":[{"type":"integer"},{"type":"null"}],"default":null}},"required":[]})",
        R"("lang":{"anyOf":[{"type":"string"},{"type":"null"}]}},"required":["q"]})"}) {
    EXPECT_EQ(read((std::string(kQ) + others).c_str(), "so"), R"({"q":"so"})") << others;
    EXPECT_EQ(read((std::string(kQ) + others).c_str(), R"({"q":"no"})"), R"({"q":"no"})") << others;
  }
  const std::string both =
      std::string(kQ) + R"("lang":{"type":"string","default":"en"}},"required":["q","lang"]})";
  EXPECT_EQ(read(both.c_str(), "so"), R"({"lang":"en","q":"so"})");
  EXPECT_EQ(read(both.c_str(), R"({"lang":"de","q":"so"})"), R"({"lang":"de","q":"so"})");
  for (const char* others :
       {R"("to":{"type":"string"}}})", R"("to":{"type":"string"}},"required":["q","to"]})"}) {
    EXPECT_THAT(read((std::string(kQ) + others).c_str(), "so"), testing::HasSubstr("bad_input"))
        << others;
  }
}

TEST(McpArguments, AnOnlyNumberMayStandAlone) {
  constexpr const char* kN = R"({"properties":{"n":{"type":"integer"}},"required":["n"]})";
  EXPECT_EQ(read(kN, " 42 "), R"({"n":42})");
  EXPECT_EQ(read(kN, R"({"n":42})"), R"({"n":42})");
  EXPECT_EQ(read(kN, "4.5"), R"(bad_input: "n" is to be "integer", not 4.5)");
  EXPECT_THAT(read(kN, "four"), testing::HasSubstr("bad_input"));
}

TEST(McpArguments, AnythingElseIsAnObject) {
  EXPECT_EQ(read(kSum, R"({"a": 1.5, "b": 2.0, "c": null})"), R"({"a":1.5,"b":2.0,"c":null})");
  EXPECT_EQ(read(R"({"properties":{"x":{"type":"string"},"y":{"type":"string"}}})", ""), "{}");
  EXPECT_EQ(read(R"({"type":"object"})", "  "), "{}");
  EXPECT_EQ(read("true", R"({"x":[1]})"), R"({"x":[1]})");
  for (const char* input : {"1 + 2", "[1,2]", "7", R"({"a":1,"a":2,"b":3})", R"({"a":1)"}) {
    EXPECT_EQ(read(kSum, input),
              R"(bad_input: the input is no JSON object such as {"a": number, "b": integer})")
        << input;
  }
}

TEST(McpArguments, TypesAreChecked) {
  EXPECT_EQ(read(kSum, R"({"a": "1", "b": 2})"), R"(bad_input: "a" is to be "number", not "1")");
  EXPECT_EQ(read(kSum, R"({"a": 1, "b": 2.5})"), R"(bad_input: "b" is to be "integer", not 2.5)");
  EXPECT_EQ(read(R"({"properties":{"x":{"type":["string","null"]},"y":{}}})", R"({"x":null})"),
            R"({"x":null})");
  EXPECT_EQ(read(R"({"properties":{"x":{"enum":["a","b"]},"y":{}}})", R"({"x":"c"})"),
            R"(bad_input: "x" is to be one of ["a","b"], not "c")");
  EXPECT_EQ(read(R"({"properties":{"x":{"items":{"properties":{"y":{"type":"boolean"}}}}}})",
                 R"({"x":[{"y":true},{"y":0}]})"),
            R"(bad_input: "y" is to be "boolean", not 0)");
  EXPECT_EQ(read(R"({"properties":{},"additionalProperties":false})", R"({"x":1})"),
            R"(bad_input: the input is to have no "x")");
  EXPECT_EQ(read(R"({"properties":{"q":{"type":"string","enum":["a"]}}})", "b"),
            R"(bad_input: "q" is to be one of ["a"], not "b")");
}

TEST(McpArguments, OddSchemasAreTakenForNone) {
  for (const char* schema :
       {"null", "[]", R"({"properties":7,"required":"x"})", R"({"properties":{"x":7}})",
        R"({"properties":{"x":{"enum":1},"y":{}},"required":[1]})"}) {
    EXPECT_EQ(read(schema, R"({"x":1})"), R"({"x":1})") << schema;
  }
}

}  // namespace
}  // namespace toolformer::tools
