// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/failure.h"

#include <curl/curl.h>
#include <gtest/gtest.h>

namespace toolformer::http {
namespace {

Reply with_status(int status) {
  Reply reply;
  reply.status = status;
  judge_status(reply, "http://a.example:80");
  return reply;
}

TEST(Failure, OfAStatus) {
  EXPECT_TRUE(with_status(200).ok());
  EXPECT_TRUE(with_status(204).ok());
  for (const int status : {408, 409, 425, 429, 500, 501, 502, 503, 504, 520, 524, 529, 599}) {
    EXPECT_EQ(with_status(status).failure, Failure::kStatus);
    EXPECT_TRUE(with_status(status).transient) << status;
  }
  for (const int status : {100, 199, 300, 304, 400, 401, 403, 404, 410, 600, 999}) {
    EXPECT_EQ(with_status(status).failure, Failure::kStatus);
    EXPECT_FALSE(with_status(status).transient) << status;
  }
  EXPECT_EQ(with_status(404).message, "http://a.example:80: status 404");
}

TEST(Failure, OfATransfer) {
  Reply reply;
  fail_with_code(reply, CURLE_COULDNT_RESOLVE_HOST, "x");
  EXPECT_EQ(reply.failure, Failure::kUnavailable);
  EXPECT_TRUE(reply.transient);
  fail_with_code(reply, CURLE_PEER_FAILED_VERIFICATION, "x");
  EXPECT_EQ(reply.failure, Failure::kRefused);
  EXPECT_FALSE(reply.transient);
  fail_with_code(reply, CURLE_BAD_CONTENT_ENCODING, "x");
  EXPECT_EQ(reply.failure, Failure::kProtocol);
}

TEST(Failure, OfTwoLengths) {
  Reply reply;
  reply.headers = {{"content-length", "2"}, {"content-length", "2"}};
  EXPECT_FALSE(is_framed_twice(reply));
  reply.headers.push_back({"content-length", "3"});
  EXPECT_TRUE(is_framed_twice(reply));
  reply.headers = {{"content-length", "2"}, {"transfer-encoding", "chunked"}};
  EXPECT_TRUE(is_framed_twice(reply));
}

}  // namespace
}  // namespace toolformer::http
