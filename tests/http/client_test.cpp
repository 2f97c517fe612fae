// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/client.h"

#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "fake/python_server.h"
#include "fake/temporary_directory.h"

namespace toolformer::http {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

const std::string kScript = TOOLFORMER_SOURCE_DIR "/tests/http/hostile_server.py";

std::string at_port(const std::string& host, const fake::PythonServer& server) {
  return "http://" + host + ":" + std::to_string(server.port());
}

ClientOptions allow(const std::string& origin, bool may_be_private) {
  ClientOptions options;
  options.origins = {{parse_origin(origin), may_be_private}};
  return options;
}

std::string counts(const fake::PythonServer& server) {
  return Client(allow(server.url(), true)).send({.url = server.url("/counts")}).body;
}

TEST(Client, RefusesEveryWayToWriteAnAddressThatIsNotPublic) {
  const fake::PythonServer server(kScript);
  for (const std::string host : {"127.0.0.1",
                                 "2130706433",
                                 "0x7f000001",
                                 "0177.0.0.1",
                                 "0x7f.1",
                                 "127.1",
                                 "localhost",
                                 "[::1]",
                                 "[::ffff:127.0.0.1]",
                                 "[::ffff:7f00:1]",
                                 "[::127.0.0.1]",
                                 "[64:ff9b::7f00:1]",
                                 "[2002:7f00:1::]",
                                 "0.0.0.0",
                                 "0",
                                 "[::]",
                                 "169.254.169.254",
                                 "2852039166",
                                 "0xa9fea9fe",
                                 "[::ffff:169.254.169.254]",
                                 "10.0.0.1",
                                 "192.168.0.1",
                                 "100.64.0.1",
                                 "224.0.0.1",
                                 "255.255.255.255",
                                 "[fe80::1]",
                                 "[fd00:ec2::254]",
                                 "[ff02::1]",
                                 "168.63.129.16"}) {
    const std::string origin = at_port(host, server);
    const Reply reply = Client(allow(origin, false)).send({.url = origin + "/ok"});
    EXPECT_EQ(reply.failure, Failure::kRefused) << host << ": " << reply.message;
    EXPECT_FALSE(reply.transient) << host;
  }
  EXPECT_THAT(counts(server), HasSubstr("\"connections\": 1,"));  // the one that asks
}

TEST(Client, ReachesOnlyAllowedOrigins) {
  const fake::PythonServer server(kScript);
  const Client client(allow(server.url(), true));
  for (const std::string& url :
       {at_port("localhost", server) + "/ok", std::string("http://127.0.0.1:1/ok"),
        "https://127.0.0.1:" + std::to_string(server.port()) + "/ok",
        std::string("file:///etc/passwd"), at_port("user@127.0.0.1", server) + "/ok",
        at_port("127.0.0.1", server) + "@evil.example/"}) {
    EXPECT_EQ(client.send({.url = url}).failure, Failure::kRefused) << url;
  }
  EXPECT_TRUE(client.send({.url = at_port("2130706433", server) + "/ok"}).ok());  // the same place
}

TEST(Client, FollowsNoRedirectUnlessToldTo) {
  const fake::PythonServer server(kScript);
  const Reply reply =
      Client(allow(server.url(), true)).send({.url = server.url("/redirect?to=/ok")});
  EXPECT_EQ(reply.failure, Failure::kRefused);
  EXPECT_THAT(reply.message, HasSubstr("no further ones"));
}

TEST(Client, FollowsRedirectsOnlyWithinOneOrigin) {
  const fake::PythonServer server(kScript);
  const fake::PythonServer other(kScript);
  ClientOptions options = allow(server.url(), true);
  options.origins.push_back({parse_origin(other.url()), true});
  options.limits.redirects = 3;
  const Client client(options);
  EXPECT_TRUE(client.send({.url = server.url("/redirect?to=/ok")}).ok());
  EXPECT_EQ(client.send({.url = server.url("/loop")}).failure, Failure::kRefused);
  const Reply post = client.send({.method = "POST", .url = server.url("/loop"), .body = "x"});
  EXPECT_EQ(post.failure, Failure::kRefused);
  const std::string port = std::to_string(server.port());
  for (const std::string& to :
       {std::string("file:///etc/passwd"), std::string("http://169.254.169.254/latest/meta-data/"),
        "http://[::1]:" + port + "/ok", "https://127.0.0.1:" + port + "/ok", other.url("/ok"),
        std::string("//evil.example/"), "http://user@127.0.0.1:" + port + "/ok",
        std::string("gopher://127.0.0.1:1/x"), std::string("http://"),
        "http://localhost:" + port}) {
    const Reply reply = client.send({.url = server.url("/redirect?to=" + to)});
    EXPECT_EQ(reply.failure, Failure::kRefused) << to << ": " << reply.message;
  }
  EXPECT_THAT(counts(other), HasSubstr("\"connections\": 1,"));
}

TEST(Client, ChecksTheAddressThatANameLeadsToEachTime) {
  const fake::PythonServer server(kScript);
  const std::string origin = at_port("changing.example", server);
  std::vector<std::string> now = {"127.0.0.1"};
  ClientOptions options = allow(origin, true);
  options.limits.idle_connections = 0;  // each request connects anew
  options.resolver = [&](const std::string& host, std::uint16_t) {
    EXPECT_EQ(host, "changing.example");
    return now;
  };
  const Client trusting(options);
  EXPECT_TRUE(trusting.send({.url = origin + "/ok"}).ok());
  now = {"169.254.169.254"};
  EXPECT_EQ(trusting.send({.url = origin + "/ok"}).failure, Failure::kRefused);
  now = {};
  EXPECT_EQ(trusting.send({.url = origin + "/ok"}).failure, Failure::kUnavailable);

  options.origins = {{parse_origin(origin)}};
  options.limits.timeout = milliseconds(200);
  const Client strict(options);
  now = {"192.31.196.1"};  // public: whatever comes of it, it is tried
  EXPECT_NE(strict.send({.url = origin + "/ok"}).failure, Failure::kRefused);
  now = {"127.0.0.1"};
  const Reply rebound = strict.send({.url = origin + "/ok"});
  EXPECT_EQ(rebound.failure, Failure::kRefused);
  EXPECT_THAT(rebound.message, HasSubstr("changing.example"));
  EXPECT_THAT(rebound.message, HasSubstr("leads to 127.0.0.1, a loopback address"));
  EXPECT_THAT(counts(server), HasSubstr("\"connections\": 2,"));  // the first one, and this
}

TEST(Client, UsesAConnectionAgainAndAsManyAsThereAreThreads) {
  const fake::PythonServer server(kScript);
  const Client client(allow(server.url(), true));
  for (int i = 1; i <= 3; ++i) {
    EXPECT_THAT(client.send({.url = server.url("/ok")}).body,
                HasSubstr("\"number\": " + std::to_string(i)));
  }
  std::atomic<int> fine = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 25; ++k) fine += client.send({.url = server.url("/ok")}).ok() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fine, 200);
}

TEST(Client, TakesNothingFromTheEnvironmentAndKeepsNoCookies) {
  const fake::PythonServer server(kScript);
  const fake::TemporaryDirectory home;
  home.write(".netrc", "machine 127.0.0.1 login spy password spy\n");
  ::setenv("HOME", home.path().c_str(), 1);
  for (const char* variable : {"http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"}) {
    ::setenv(variable, "http://127.0.0.1:1", 1);
  }
  const Client client(allow(server.url(), true));
  EXPECT_TRUE(client.send({.url = server.url("/cookie")}).ok());
  const Reply reply = client.send({.url = server.url("/echo")});
  for (const char* variable : {"http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"}) {
    ::unsetenv(variable);
  }
  EXPECT_TRUE(reply.ok()) << reply.message;
  EXPECT_THAT(reply.body, Not(HasSubstr("Cookie")));
  EXPECT_THAT(reply.body, Not(HasSubstr("Authorization")));
}

TEST(Client, SendsTheKeyAndNeverShowsIt) {
  const fake::PythonServer server(kScript);
  ::setenv("TOOLFORMER_TEST_KEY", "k-0123456789", 1);
  const Client client(allow(server.url(), true));
  Request request{.url = server.url("/echo")};
  request.bearer = Secret::from_environment("TOOLFORMER_TEST_KEY");
  EXPECT_THAT(client.send(request).body, HasSubstr("Authorization: Bearer k-0123456789\r\n"));
  request.key_header = "X-Api-Key";
  EXPECT_THAT(client.send(request).body, HasSubstr("X-Api-Key: k-0123456789\r\n"));
  request.key_header.clear();
  for (const std::string path :
       {"/echo-key?status=500%20k-0123456789", "/redirect?to=http://k-0123456789.example/",
        "/redirect?to=k-0123456789:%2F%2Fx"}) {
    request.url = server.url(path);
    EXPECT_THAT(client.send(request).message, Not(HasSubstr("k-0123456789"))) << path;
  }
}

TEST(Client, TrustsNoCertificateThatNobodyVouchesFor) {
  const fake::TemporaryDirectory folder;
  const std::string certificate = folder / "cert.pem";
  const std::string key = folder / "key.pem";
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
      "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout " +
      key + " -out " + certificate + " 2>/dev/null";
  if (std::system(command.c_str()) != 0) GTEST_SKIP() << "no openssl program";
  const fake::PythonServer server(kScript, {certificate, key});
  const std::string port = std::to_string(server.port(1));
  ClientOptions options = allow("https://localhost:" + port, true);
  const std::string url = "https://localhost:" + port + "/ok";
  const Reply reply = Client(options).send({.url = url});
  EXPECT_EQ(reply.failure, Failure::kRefused) << reply.message;
  EXPECT_THAT(reply.message, HasSubstr("certificate"));
  options.ca_file = certificate;
  EXPECT_TRUE(Client(options).send({.url = url}).ok());
  options.origins = {{parse_origin("https://127.0.0.1:" + port), true}};  // not the name in it
  EXPECT_EQ(Client(options).send({.url = "https://127.0.0.1:" + port + "/ok"}).failure,
            Failure::kRefused);
}

}  // namespace
}  // namespace toolformer::http
