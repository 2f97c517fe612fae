// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/mcp/mcp_noise.h"

#include <gtest/gtest.h>

namespace toolformer::tools {
namespace {

TEST(McpNoise, IsQuotedInErrorsByItsLastLine) {
  McpNoise noise;
  EXPECT_EQ(noise.quoted_in(Outcome::error("timeout", "late")).error_message, "late");
  noise.note(Outcome::value("starting"));
  noise.note(Outcome::value("no such file"));
  noise.note(Outcome::value(""));
  noise.note(Outcome::error("bad_result", "it holds a secret"));
  EXPECT_EQ(noise.quoted_in(Outcome::error("timeout", "late")).error_message,
            "late; it also wrote `no such file`");
}

}  // namespace
}  // namespace toolformer::tools
