// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/address.h"

#include <gtest/gtest.h>

#include <map>

#include "http/socket_address.h"

namespace toolformer::http {
namespace {

AddressKind kind_of(const std::string& text) {
  return classify(SocketAddress(text).get());
}

TEST(Address, IsOfTheKindThatTheRegistriesSay) {
  const std::map<std::string, AddressKind> expected = {
      {"8.8.8.8", AddressKind::kPublic},
      {"1.1.1.1", AddressKind::kPublic},
      {"172.15.255.255", AddressKind::kPublic},
      {"172.32.0.0", AddressKind::kPublic},
      {"100.63.255.255", AddressKind::kPublic},
      {"223.255.255.255", AddressKind::kPublic},
      {"2606:4700::1111", AddressKind::kPublic},
      {"2001:4860:4860::8888", AddressKind::kPublic},
      {"127.0.0.1", AddressKind::kLoopback},
      {"127.255.255.254", AddressKind::kLoopback},
      {"::1", AddressKind::kLoopback},
      {"10.0.0.1", AddressKind::kPrivate},
      {"172.16.0.1", AddressKind::kPrivate},
      {"172.31.255.255", AddressKind::kPrivate},
      {"192.168.1.1", AddressKind::kPrivate},
      {"100.64.0.1", AddressKind::kPrivate},
      {"fd12:3456::1", AddressKind::kPrivate},
      {"fc00::1", AddressKind::kPrivate},
      {"fec0::1", AddressKind::kPrivate},
      {"169.254.169.254", AddressKind::kMetadata},
      {"100.100.100.200", AddressKind::kMetadata},
      {"168.63.129.16", AddressKind::kMetadata},
      {"fd00:ec2::254", AddressKind::kMetadata},
      {"169.254.0.1", AddressKind::kLinkLocal},
      {"fe80::1", AddressKind::kLinkLocal},
      {"febf::1", AddressKind::kLinkLocal},
      {"0.0.0.0", AddressKind::kReserved},
      {"::", AddressKind::kReserved},
      {"224.0.0.1", AddressKind::kReserved},
      {"239.1.2.3", AddressKind::kReserved},
      {"255.255.255.255", AddressKind::kReserved},
      {"240.0.0.1", AddressKind::kReserved},
      {"192.0.2.1", AddressKind::kReserved},
      {"198.18.0.1", AddressKind::kReserved},
      {"ff02::1", AddressKind::kReserved},
      {"2001:db8::1", AddressKind::kReserved},
      {"2001::1", AddressKind::kReserved},
      {"100::1", AddressKind::kReserved},
      {"4000::1", AddressKind::kReserved},
  };
  for (const auto& [text, kind] : expected) EXPECT_EQ(kind_of(text), kind) << text;
}

TEST(Address, OfIpv6ThatCarriesIpv4IsOfTheKindOfWhatItCarries) {
  const std::map<std::string, std::string> forms = {
      {"::ffff:", ""}, {"::", ""}, {"64:ff9b::", ""}, {"::ffff:0:", ""}, {"2620:1::5efe:", ""}};
  for (const auto& [prefix, suffix] : forms) {
    for (const std::string v4 :
         {"127.0.0.1", "10.1.2.3", "169.254.169.254", "224.0.0.1", "8.8.8.8"}) {
      EXPECT_EQ(kind_of(prefix + v4 + suffix), kind_of(v4)) << prefix << v4;
    }
  }
  EXPECT_EQ(kind_of("2002:7f00:1::"), AddressKind::kLoopback);
  EXPECT_EQ(kind_of("2002:a9fe:a9fe::1"), AddressKind::kMetadata);
  EXPECT_EQ(kind_of("2002:808:808::1"), AddressKind::kPublic);
}

TEST(Address, OfAnotherFamilyIsReserved) {
  sockaddr other{};
  other.sa_family = AF_UNIX;
  EXPECT_EQ(classify(other), AddressKind::kReserved);
  EXPECT_EQ(address_text(other), "?");
}

TEST(Address, IsWrittenAsUsual) {
  EXPECT_EQ(address_text(SocketAddress("127.0.0.1").get()), "127.0.0.1");
  EXPECT_EQ(address_text(SocketAddress("::ffff:127.0.0.1").get()), "::ffff:127.0.0.1");
}

}  // namespace
}  // namespace toolformer::http
