// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/origin_policy.h"

#include <gmock/gmock.h>

#include "http/socket_address.h"

namespace toolformer::http {
namespace {

using testing::HasSubstr;

std::optional<std::string> refused(const std::string& origin, const std::string& address,
                                   AllowedOrigin allowed = {}) {
  allowed.origin = parse_origin(origin);
  return refusal(allowed, SocketAddress(address).get());
}

TEST(OriginPolicy, KnowsAnOriginBySchemeHostAndPort) {
  const OriginPolicy policy({{parse_origin("https://api.example.org")}});
  EXPECT_NE(policy.find(parse_origin("https://API.example.org:443/")), nullptr);
  for (const std::string other :
       {"http://api.example.org", "https://api.example.org:444", "https://example.org",
        "https://api.example.org.", "https://api.example.org.evil.example"}) {
    EXPECT_EQ(policy.find(parse_origin(other)), nullptr) << other;
  }
}

TEST(OriginPolicy, RefusesWhatIsNotPublicAndSaysWhatPermitsIt) {
  EXPECT_EQ(refused("https://example.org", "8.8.8.8"), std::nullopt);
  EXPECT_THAT(refused("https://example.org", "127.0.0.1").value(),
              HasSubstr("https://example.org:443 leads to 127.0.0.1, a loopback address; "
                        "allow_private = true permits that"));
  for (const std::string address : {"10.0.0.1", "::1", "::ffff:192.168.0.1", "169.254.169.254",
                                    "fe80::1", "0.0.0.0", "224.0.0.1", "fd00:ec2::254"}) {
    EXPECT_TRUE(refused("https://example.org", address).has_value()) << address;
  }
}

TEST(OriginPolicy, LetsAListedOriginBePrivateButNotLinkLocalByName) {
  const AllowedOrigin near{{}, true};
  for (const std::string address : {"127.0.0.1", "10.0.0.1", "::1", "fd12::1", "8.8.8.8"}) {
    EXPECT_EQ(refused("http://box.example", address, near), std::nullopt) << address;
  }
  for (const std::string address : {"169.254.169.254", "169.254.1.1", "fe80::1", "0.0.0.0",
                                    "255.255.255.255", "ff02::1", "fd00:ec2::254"}) {
    EXPECT_TRUE(refused("http://box.example", address, near).has_value()) << address;
  }
  EXPECT_EQ(refused("http://169.254.169.254", "169.254.169.254", near), std::nullopt);
  EXPECT_EQ(refused("http://[fe80::1]", "fe80::1", near), std::nullopt);
  EXPECT_TRUE(refused("http://0.0.0.0", "0.0.0.0", near).has_value());
}

}  // namespace
}  // namespace toolformer::http
