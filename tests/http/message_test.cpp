// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/message.h"

#include <gtest/gtest.h>

namespace toolformer::http {
namespace {

TEST(Reply, FindsItsHeadersAndType) {
  Reply reply;
  EXPECT_EQ(reply.media_type(), "");
  reply.headers = {{"content-type", "Application/JSON ; charset=utf-8"}, {"x", "1"}, {"x", "2"}};
  EXPECT_EQ(reply.media_type(), "application/json");
  ASSERT_NE(reply.header("x"), nullptr);
  EXPECT_EQ(*reply.header("x"), "1");
  EXPECT_EQ(reply.header("y"), nullptr);
}

}  // namespace
}  // namespace toolformer::http
