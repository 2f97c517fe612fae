// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/model_options.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fake/refusal.h"
#include "toolformer/base/error.h"

namespace toolformer::lm {
namespace {

std::string refusal(const std::string& dtype, const std::string& sample_dtype) {
  const ModelOptions options{.model = "/", .dtype = dtype, .sample_dtype = sample_dtype};
  return fake::refusal<base::UsageError>([&] { check(options); });
}

TEST(ModelOptions, TheMessageNamesTheFlagAndItsValue) {
  EXPECT_EQ(refusal("float16", "int8"), "accepted");
  EXPECT_EQ(refusal("float32", "float32"), "accepted");
  EXPECT_EQ(refusal("int8", "auto"), "--dtype int8: expected float32, bfloat16, float16 or auto");
  EXPECT_EQ(refusal("auto", "int4"), "--sample-dtype int4: expected int8, auto or what --dtype is");
}

TEST(ModelOptions, WhatAutoBecameIsRecordedWhereTheProgramHasTheFlag) {
  const ModelOptions options{.device = "cpu", .dtype = "float32", .sample_dtype = "int8"};
  nlohmann::ordered_json config = {{"dtype", "auto"}, {"device", "auto"}};
  config = recorded(options, config);
  EXPECT_EQ(config, (nlohmann::ordered_json{{"dtype", "float32"}, {"device", "cpu"}}));
  config["sample-dtype"] = "auto";
  config = recorded(options, config);
  EXPECT_EQ(config["sample-dtype"], "int8");
}

}  // namespace
}  // namespace toolformer::lm
