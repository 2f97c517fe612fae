// SPDX-License-Identifier: Apache-2.0
// Single answers of a server that lies, stalls and floods.
#include "toolformer/http/transfer.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

#include "fake/python_server.h"
#include "toolformer/http/client.h"

namespace toolformer::http {
namespace {

using std::chrono::milliseconds;

const std::string kScript = TOOLFORMER_SOURCE_DIR "/tests/http/hostile_server.py";

ClientOptions local(const fake::PythonServer& server) {
  ClientOptions options;
  options.origins = {{parse_origin(server.url()), true}};
  options.limits.body_bytes = 1'000'000;
  return options;
}

std::size_t open_files() {
  const std::filesystem::directory_iterator files("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

struct Case {
  std::string path;
  Failure failure;
  bool transient = false;
};

const std::vector<Case> kHostile = {
    {"/big", Failure::kTooLarge},
    {"/gzip-bomb", Failure::kTooLarge},
    {"/body-forever", Failure::kTooLarge},
    {"/chunks-forever", Failure::kTooLarge},
    {"/headers-forever", Failure::kTooLarge},
    {"/header-line-forever", Failure::kTooLarge},
    {"/continue-forever", Failure::kTooLarge},
    {"/trailers-forever", Failure::kTooLarge},
    {"/deflate-garbage", Failure::kProtocol},
    {"/gzip-and-more", Failure::kProtocol},
    {"/gzip-twice", Failure::kProtocol},
    {"/unknown-encoding", Failure::kProtocol},
    {"/length-negative", Failure::kProtocol},
    {"/length-no-number", Failure::kProtocol},
    {"/two-lengths", Failure::kProtocol},
    {"/length-and-chunks", Failure::kProtocol},
    {"/no-http", Failure::kProtocol},
    {"/http-0.9", Failure::kProtocol},
    {"/other-version", Failure::kProtocol},
    {"/status-no-number", Failure::kProtocol},
    {"/chunk-no-number", Failure::kUnavailable, true},
    {"/chunk-overflow", Failure::kUnavailable, true},
    {"/chunk-negative", Failure::kUnavailable, true},
    {"/chunk-too-long", Failure::kUnavailable, true},
    {"/chunk-no-end", Failure::kUnavailable, true},
    {"/length-too-long", Failure::kUnavailable, true},
    {"/cut-in-header", Failure::kUnavailable, true},
    {"/cut-in-status", Failure::kUnavailable, true},
    {"/gzip-cut", Failure::kUnavailable, true},
    {"/nothing", Failure::kUnavailable, true},
    {"/reset", Failure::kUnavailable, true},
    {"/half-then-reset", Failure::kUnavailable, true},
    {"/429", Failure::kStatus, true},
    {"/500", Failure::kStatus, true},
    {"/404", Failure::kStatus},
    {"/401", Failure::kStatus},
    {"/switch", Failure::kProtocol},
};

TEST(Transfer, OfAHostileServerEndsInATypedFailureAndTheNextIsUntouched) {
  const fake::PythonServer server(kScript);
  const Client client(local(server));
  ASSERT_TRUE(client.send({.url = server.url("/ok")}).ok());
  const std::size_t before = open_files();
  for (const Case& one : kHostile) {
    const Reply reply = client.send({.url = server.url(one.path)});
    EXPECT_EQ(reply.failure, one.failure) << one.path << ": " << reply.message;
    EXPECT_EQ(reply.transient, one.transient) << one.path;
    EXPECT_LE(reply.body.size(), 1'000'000U) << one.path;
    EXPECT_THAT(reply.message, testing::HasSubstr("http://127.0.0.1:")) << one.path;
    const Reply next = client.send({.url = server.url("/ok")});
    EXPECT_TRUE(next.ok()) << "after " << one.path << ": " << next.message;
    EXPECT_THAT(next.body, testing::HasSubstr("\"yes\"")) << "after " << one.path;
  }
  EXPECT_LE(open_files(), before);
}

TEST(Transfer, OfASlowServerEndsWithItsDeadline) {
  const fake::PythonServer server(kScript);
  ClientOptions options = local(server);
  options.limits.timeout = milliseconds(150);
  const Client client(options);
  for (const std::string path : {"/hang", "/drip", "/drip-headers", "/chunks-drip"}) {
    EXPECT_EQ(client.send({.url = server.url(path)}).failure, Failure::kTimeout) << path;
  }
  Request request;
  request.url = server.url("/ok");
  request.deadline = std::chrono::steady_clock::now() - milliseconds(1);
  EXPECT_EQ(client.send(request).failure, Failure::kTimeout);
}

TEST(Transfer, NeverTakesWhatComesBehindAnAnswerForTheNextOne) {
  const fake::PythonServer server(kScript);
  const Client client(local(server));
  for (const std::string path : {"/length-too-short", "/poison-late"}) {
    EXPECT_EQ(client.send({.url = server.url(path)}).body, "{}") << path;
    if (path == "/poison-late") std::this_thread::sleep_for(milliseconds(60));
    EXPECT_THAT(client.send({.url = server.url("/ok")}).body, testing::HasSubstr("yes")) << path;
  }
}

TEST(Transfer, DecodesAndKeepsAnswersThatAreFine) {
  const fake::PythonServer server(kScript);
  const Client client(local(server));
  EXPECT_EQ(client.send({.url = server.url("/gzip")}).body, "plain text");
  EXPECT_EQ(client.send({.url = server.url("/deflate")}).body, "plain text");
  EXPECT_EQ(client.send({.url = server.url("/no-content")}).status, 204);
  EXPECT_EQ(client.send({.url = server.url("/html")}).media_type(), "text/html");
}

TEST(Transfer, CapsRetryAfter) {
  const fake::PythonServer server(kScript);
  ClientOptions options = local(server);
  options.limits.retry_after = milliseconds(60'000);
  const Client client(options);
  EXPECT_EQ(client.send({.url = server.url("/429")}).retry_after, milliseconds(60'000));
  EXPECT_EQ(client.send({.url = server.url("/429-date")}).retry_after, milliseconds(60'000));
  EXPECT_EQ(client.send({.url = server.url("/429-garbage")}).retry_after, std::nullopt);
}

TEST(Transfer, StopsReadingWhenEnoughIsThere) {
  const fake::PythonServer server(kScript);
  const Client client(local(server));
  std::string seen;
  Request request{.method = "POST", .url = server.url("/events"), .body = "{}"};
  request.on_data = [&](const Reply& reply, std::string_view bytes) {
    EXPECT_EQ(reply.media_type(), "text/event-stream");
    EXPECT_EQ(*reply.header("mcp-session-id"), "s-1");
    seen += bytes;
    return seen.find("\n\n") == std::string::npos;
  };
  const Reply reply = client.send(request);
  EXPECT_TRUE(reply.ok()) << reply.message;
  EXPECT_EQ(reply.body, seen);
  request.on_data = [](const Reply&, std::string_view) -> bool {
    throw std::runtime_error("mine");
  };
  EXPECT_THROW(client.send(request), std::runtime_error);
}

TEST(Transfer, SendsNothingMalformed) {
  const fake::PythonServer server(kScript);
  const Client client(local(server));
  const std::vector<Request> bad = {
      {.method = "GET / HTTP/1.1\r\nX: y", .url = server.url("/ok")},
      {.method = "", .url = server.url("/ok")},
      {.url = server.url("/ok HTTP/1.1\r\nX: y\r\n\r\n")},
      {.url = server.url("/ok"), .headers = {{"X\r\nY", "z"}}},
      {.url = server.url("/ok"), .headers = {{"X", "y\r\nZ: z"}}},
      {.url = server.url("/ok"), .headers = {{"X", std::string("y\0z", 3)}}},
      {.url = server.url("/ok"), .headers = {{"Host", "other.example"}}},
      {.url = server.url("/ok"), .headers = {{"Transfer-Encoding", "chunked"}}},
      {.url = server.url("/ok"), .headers = {{"Content-length", "0"}}, .body = "GET / HTTP/1.1"},
      {.url = server.url("/ok"), .key_header = "X: y\r\nZ"},
      {.url = server.url("/ok"), .headers = {{"Proxy-Authorization", "x"}}},
  };
  for (const Request& request : bad) {
    EXPECT_EQ(client.send(request).failure, Failure::kRefused) << request.url;
  }
  const Reply counts = client.send({.url = server.url("/counts")});
  EXPECT_THAT(counts.body, testing::HasSubstr("\"requests\": 1}"));
}

TEST(Transfer, SendsMethodHeadersAndBodyAsGiven) {
  const fake::PythonServer server(kScript);
  const Client client(local(server));
  const std::string body("{\"a\":\"\0\"}", 9);
  const Reply reply =
      client.send({.method = "PUT",
                   .url = server.url("/echo?q=a%20b&x=../y"),
                   .headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}},
                   .body = body});
  EXPECT_EQ(reply.body.substr(0, reply.body.find('\r')), "PUT /echo?q=a%20b&x=../y HTTP/1.1");
  EXPECT_THAT(reply.body, testing::HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(reply.body, testing::HasSubstr("X-Empty:\r\n"));
  EXPECT_THAT(reply.body, testing::HasSubstr("Content-Length: 9\r\n"));
  EXPECT_THAT(reply.body, testing::Not(testing::HasSubstr("Expect")));
  EXPECT_TRUE(reply.body.ends_with(body));
  EXPECT_EQ(client.send({.method = "HEAD", .url = server.url("/ok")}).status, 200);
  EXPECT_TRUE(
      client.send({.method = "DELETE", .url = server.url("/echo")}).body.starts_with("DELETE"));
}

}  // namespace
}  // namespace toolformer::http
