// SPDX-License-Identifier: Apache-2.0
// Tests that run foreign programs: skipped, with the reason, where the sandbox cannot be used.
#pragma once

#include <gtest/gtest.h>

#include "toolformer/base/error.h"
#include "toolformer/sandbox/confinement.h"

namespace toolformer::tools {

class ConfinedTest : public testing::Test {
 protected:
  void SetUp() override {
    try {
      sandbox::Confinement::detect({});
    } catch (const base::UsageError& error) {
      GTEST_SKIP() << error.what();
    }
  }
};

}  // namespace toolformer::tools
