// SPDX-License-Identifier: Apache-2.0
#include "toolformer/sandbox/confinement.h"

#include <gmock/gmock.h>

#include "toolformer/base/error.h"

namespace toolformer::sandbox {
namespace {

TEST(Confinement, WithoutBubblewrapItRefusesUnlessToldOtherwise) {
  EXPECT_THROW(Confinement::detect({.bubblewrap = "no-such-program-anywhere"}), base::UsageError);
  const auto none =
      Confinement::detect({.unsafe_no_sandbox = true, .bubblewrap = "no-such-program-anywhere"});
  EXPECT_EQ(none.mode(), Confinement::Mode::kNone);
  EXPECT_FALSE(none.is_sandbox());
}

TEST(Confinement, WithoutASandboxTheProgramRunsAsItIs) {
  Program program;
  program.arguments = {"/bin/echo", "a b", "$c"};
  EXPECT_THAT(Confinement(Confinement::Mode::kNone).wrap(program, 3),
              testing::ElementsAre("/bin/echo", "a b", "$c"));
}

TEST(Confinement, GrantsTheNetworkOnlyWhenAsked) {
  const Confinement confinement(Confinement::Mode::kUser);
  Program program;
  program.arguments = {"/bin/true"};
  const auto shut = confinement.wrap(program, 3);
  program.access.network = true;
  const auto open = confinement.wrap(program, 3);
  EXPECT_NE(shut, open);
  EXPECT_THAT(shut, testing::Contains("--unshare-net"));
  EXPECT_THAT(open, testing::Not(testing::Contains("--unshare-net")));
}

}  // namespace
}  // namespace toolformer::sandbox
