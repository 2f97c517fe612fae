// SPDX-License-Identifier: Apache-2.0
#include "toolformer/calls/marker_options.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

namespace toolformer::calls {
namespace {

TEST(MarkerOptions, AreThreeFlags) {
  CLI::App app;
  Markers markers;
  bind(app, markers);
  app.parse(std::vector<std::string>{">", "--close-marker", "<", "--open-marker", "=>",
                                     "--arrow-marker"});
  EXPECT_EQ(markers.open, "<");
  EXPECT_EQ(markers.close, ">");
  EXPECT_EQ(markers.arrow, "=>");
}

}  // namespace
}  // namespace toolformer::calls
