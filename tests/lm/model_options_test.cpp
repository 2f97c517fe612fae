// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/model_options.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "fake/refusal.h"
#include "toolformer/base/error.h"

namespace toolformer::lm {
namespace {

/// A program with both flags, and a model that is there.
std::string refusal(const std::string& dtype, const std::string& sample_dtype) {
  return fake::refusal<base::UsageError>([&] {
    CLI::App app;
    ModelOptions options;
    bind(app, options);
    bind_sample_dtype(app, options);
    app.parse("--model / --dtype " + dtype + " --sample-dtype " + sample_dtype);
    check(options);
  });
}

TEST(ModelOptions, TheMessageNamesTheFlagAndItsValue) {
  EXPECT_EQ(refusal("float16", "int8"), "accepted");
  EXPECT_EQ(refusal("float32", "float32"), "accepted");
  EXPECT_EQ(refusal("int8", "auto"),
            "--dtype must be auto, float32, bfloat16 or float16, got `int8`");
  EXPECT_EQ(refusal("auto", "int4"),
            "--sample-dtype must be auto, float32, bfloat16, float16 or int8, got `int4`");
}

TEST(ModelOptions, EveryDtypeIsOneOfSamplesToo) {
  for (std::size_t i = 0; i < names_of(Dtype{}).size(); ++i)
    EXPECT_EQ(names_of(Dtype{}).at(i), names_of(SampleDtype{}).at(i));
}

TEST(ModelOptions, WhatAutoBecameIsRecordedWhereTheProgramHasTheFlag) {
  const ModelOptions options{
      .device = "cpu", .dtype = Dtype::kFloat32, .sample_dtype = SampleDtype::kInt8};
  nlohmann::ordered_json config = {{"dtype", "auto"}, {"device", "auto"}};
  config = recorded(options, config);
  EXPECT_EQ(config, (nlohmann::ordered_json{{"dtype", "float32"}, {"device", "cpu"}}));
  config["sample-dtype"] = "auto";
  config = recorded(options, config);
  EXPECT_EQ(config["sample-dtype"], "int8");
}

}  // namespace
}  // namespace toolformer::lm
