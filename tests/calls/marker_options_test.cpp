// SPDX-License-Identifier: Apache-2.0
#include "toolformer/calls/marker_options.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "fake/table_language_model.h"
#include "toolformer/base/error.h"

namespace toolformer::calls {
namespace {

TEST(OpenMarkerToken, MustBeOneToken) {
  const fake::TableTokenizer tokenizer(fake::call_pieces());
  EXPECT_EQ(open_marker_token(tokenizer, {}), *tokenizer.find(" ["));
  EXPECT_THROW(open_marker_token(tokenizer, {.open = " {"}), base::UsageError);
  EXPECT_THROW(open_marker_token(tokenizer, {.open = ""}), base::UsageError);
}

TEST(MarkerOptions, AreThreeFlags) {
  CLI::App app;
  calls::Markers markers;
  bind(app, markers);
  app.parse(std::vector<std::string>{">", "--close-marker", "<", "--open-marker", "=>",
                                     "--arrow-marker"});
  EXPECT_EQ(markers.open, "<");
  EXPECT_EQ(markers.close, ">");
  EXPECT_EQ(markers.arrow, "=>");
}

}  // namespace
}  // namespace toolformer::calls
