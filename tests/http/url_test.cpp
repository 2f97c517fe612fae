// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/url.h"

#include <gtest/gtest.h>

#include <map>

#include "toolformer/base/error.h"

namespace toolformer::http {
namespace {

TEST(Url, KnowsItsOriginHoweverItIsWritten) {
  const std::map<std::string, std::string> expected = {
      {"https://Example.ORG/a?b=c#d", "https://example.org:443"},
      {"http://example.org:8080", "http://example.org:8080"},
      {"HTTP://example.org", "http://example.org:80"},
      {"http://[::1]:80/", "http://[::1]:80"},
      {"http://2130706433/", "http://127.0.0.1:80"},
      {"http://0x7f000001/", "http://127.0.0.1:80"},
      {"http://0177.0.0.1/", "http://127.0.0.1:80"},
      {"http://0x7f.1/", "http://127.0.0.1:80"},
  };
  for (const auto& [text, origin] : expected) EXPECT_EQ(Url::parse(text).origin().text(), origin);
  EXPECT_EQ(Url::parse("https://a.example/x/../y?q=1#part").text(), "https://a.example/x/../y?q=1");
}

TEST(Url, RefusesWhatCouldLeadElsewhere) {
  for (const std::string text : {"",
                                 "example.org/x",
                                 "/x",
                                 "file:///etc/passwd",
                                 "ftp://example.org",
                                 "gopher://example.org",
                                 "javascript:alert(1)",
                                 "http://",

                                 "http://user@example.org/",
                                 "http://user:"
                                 "word@example.org/",
                                 "http://allowed.example@evil.example/",
                                 "http://a b/",
                                 "http://example.org:0/",
                                 "http://example.org:65536/",
                                 "http://example.org:x/",
                                 "http://[fe80::1%25eth0]/",
                                 "http://[::1/",
                                 "http://exa\\mple.org/",
                                 "http://ex\xC3\xA4.org/",
                                 "http://exam%70le.org:%38%30/",
                                 "http://a/\r\nX: y",
                                 "http://a,b/"}) {
    EXPECT_THROW(Url::parse(text), base::DataError) << text;
  }
  EXPECT_THROW(Url::parse(std::string("http://a\0.example/", 18)), base::DataError);
}

TEST(Url, FollowsALocation) {
  const Url url = Url::parse("http://example.org:81/a/b?c=d");
  EXPECT_EQ(url.resolve("/x").text(), "http://example.org:81/x");
  EXPECT_EQ(url.resolve("x").text(), "http://example.org:81/a/x");
  EXPECT_EQ(url.resolve("//other.example/x").origin().text(), "http://other.example:80");
  EXPECT_THROW(url.resolve("file:///etc/passwd"), base::DataError);
  EXPECT_THROW(url.resolve("http://user@example.org:81/"), base::DataError);
}

TEST(Url, AnOriginInSettingsHasNoPath) {
  EXPECT_EQ(parse_origin("https://example.org").port, 443);
  EXPECT_EQ(parse_origin("https://example.org/").host, "example.org");
  for (const std::string text : {"https://example.org/v1", "https://example.org?x=1", "example.org",
                                 "https://*.example.org"}) {
    EXPECT_THROW(parse_origin(text), base::DataError) << text;
  }
}

}  // namespace
}  // namespace toolformer::http
