// SPDX-License-Identifier: Apache-2.0
#include "toolformer/base/log.h"

#include <gmock/gmock.h>
#include <spdlog/spdlog.h>

#include "toolformer/base/error.h"

namespace toolformer::base {
namespace {

TEST(EscapeForLog, MakesControlsVisible) {
  EXPECT_EQ(escape_for_log("a\nb\r\t\x1b[31m\x7f"), "a\\nb\\r\\t\\x1b[31m\\x7f");
  EXPECT_EQ(escape_for_log(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(escape_for_log("\xC2\x9B"
                           "31m"),
            "\\x9b31m")
      << "C1 control";
  EXPECT_EQ(escape_for_log("\xE2\x80\xAE"
                           "x"),
            "\\u202ex")
      << "right-to-left override";
  EXPECT_EQ(escape_for_log("bad \xFF byte"), "bad \\xff byte");
  EXPECT_EQ(escape_for_log("C:\\x"), "C:\\\\x");
}

TEST(EscapeForLog, LeavesTextAlone) {
  EXPECT_EQ(escape_for_log("mañana 東京 🚊"), "mañana 東京 🚊");
}

TEST(EscapeForLog, CutsLongText) {
  EXPECT_EQ(escape_for_log("abcdef", 3), "abc...");
  EXPECT_EQ(escape_for_log("abc", 3), "abc");
}

TEST(Log, NamesProgramAndShardOnStderr) {
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  set_up_log("tf-100%", "warn", "3/16");
  spdlog::info("not shown");
  spdlog::warn("shown");
  spdlog::default_logger()->flush();
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              testing::MatchesRegex("[0-9:]+ tf-100% 3/16 warning: shown\n"));
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

TEST(Log, TakesTheShardLater) {
  testing::internal::CaptureStderr();
  set_up_log("tf-x", "info");
  name_shard_in_log("1/4");
  spdlog::info("hello");
  spdlog::default_logger()->flush();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::EndsWith("tf-x 1/4 info: hello\n"));
}

TEST(Log, RefusesUnknownLevel) {
  EXPECT_THROW(set_up_log("tf-x", "loud"), UsageError);
}

}  // namespace
}  // namespace toolformer::base
