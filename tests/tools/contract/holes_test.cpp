// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/holes.h"

#include <gtest/gtest.h>

namespace toolformer::tools {
namespace {

TEST(Holes, AreFilledOnceAndOtherBracesStay) {
  const Holes holes = {{"input", "{key} {input}"}, {"key", "secret"}};
  EXPECT_EQ(fill_text("a {input} b", holes), "a {key} {input} b");
  EXPECT_EQ(fill_text("{\"x\": {input}} {other} {", holes), "{\"x\": {key} {input}} {other} {");
  EXPECT_EQ(fill_text("", holes), "");
  EXPECT_EQ(fill_text("{{key}}", holes), "{secret}");
}

TEST(Holes, InAnAddressAreEncoded) {
  EXPECT_EQ(fill_url("/s?q={input}&n=1", {{"input", "a&b=c/../#d e\r\n"}}),
            "/s?q=a%26b%3Dc%2F..%2F%23d%20e%0D%0A&n=1");
}

TEST(Holes, InJsonCannotEndTheirString) {
  const auto pattern = nlohmann::ordered_json::parse(
      R"({"q": "about {input}", "{input}": [1, "{input}", null, {"deep": "{input}"}]})");
  const auto filled = fill_json(pattern, {{"input", R"(x", "admin": true, "y": ")"}});
  EXPECT_EQ(filled["q"], R"(about x", "admin": true, "y": ")");
  EXPECT_EQ(filled.size(), 2U);
  EXPECT_EQ(filled["{input}"][3]["deep"], R"(x", "admin": true, "y": ")");
}

}  // namespace
}  // namespace toolformer::tools
