// SPDX-License-Identifier: Apache-2.0
#include "toolformer/http/secret.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "toolformer/base/error.h"

namespace toolformer::http {
namespace {

constexpr const char* kVariable = "TOOLFORMER_TEST_KEY";

std::string refusal_of(const char* value) {
  if (value == nullptr) {
    ::unsetenv(kVariable);
  } else {
    ::setenv(kVariable, value, 1);
  }
  try {
    Secret::from_environment(kVariable);
  } catch (const base::UsageError& error) {
    return error.what();
  }
  return {};
}

TEST(Secret, ComesFromTheEnvironment) {
  ::setenv(kVariable, "k-0123456789", 1);
  const Secret secret = Secret::from_environment(kVariable);
  EXPECT_EQ(secret.reveal(), "k-0123456789");
  EXPECT_TRUE(secret.leaks_into("you sent k-0123456789!"));
  EXPECT_FALSE(secret.leaks_into("you sent k-012345678"));
}

TEST(Secret, RefusesWhatIsNoKeyWithoutShowingIt) {
  for (const char* bad : {"two words", "line\r\nX-Header: y", "\xC3\xA4"}) {
    const std::string message = refusal_of(bad);
    EXPECT_THAT(message, testing::HasSubstr(kVariable));
    EXPECT_THAT(message, testing::Not(testing::HasSubstr(bad)));
  }
  EXPECT_THAT(refusal_of(nullptr), testing::HasSubstr("is not set"));
  EXPECT_THAT(refusal_of(""), testing::HasSubstr("is not set"));
}

}  // namespace
}  // namespace toolformer::http
