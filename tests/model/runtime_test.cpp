// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/runtime.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "toolformer/base/error.h"
#include "toolformer/model/cpu/packed_matrix.h"
#include "toolformer/model/load.h"

namespace toolformer::model {
namespace {

lm::ModelOptions on_cpu(lm::Dtype dtype) {
  return {.device = "cpu", .dtype = dtype};
}

/// Whatever the processor: machines that share the work of a run must agree.
TEST(Runtime, AutomaticIsFloat32OnEveryCpu) {
  const auto resolved = resolve(on_cpu(lm::Dtype::kAuto));
  EXPECT_EQ(resolved.device, "cpu");
  EXPECT_EQ(resolved.dtype, lm::Dtype::kFloat32);
  EXPECT_EQ(base::name_of(resolved.sample_dtype), "float32");
}

TEST(Runtime, ATypeHasTheNameOfItsOption) {
  for (const auto dtype : {lm::Dtype::kFloat32, lm::Dtype::kBfloat16, lm::Dtype::kFloat16})
    EXPECT_EQ(dtype_name(set_up_runtime(on_cpu(dtype)).dtype), base::name_of(dtype));
}

TEST(Runtime, WhatIsGivenStays) {
  auto options = on_cpu(lm::Dtype::kBfloat16);
  options.workers = 7;
  const auto resolved = resolve(options);
  EXPECT_EQ(resolved.dtype, lm::Dtype::kBfloat16);
  EXPECT_EQ(resolved.workers, 7);
}

TEST(Runtime, WorkersShareTheThreads) {
  auto options = on_cpu(lm::Dtype::kFloat32);
  options.threads = 6;
  options.workers = 0;
  EXPECT_EQ(resolve(options).workers, 4);
  options.workers = 3;
  set_up_runtime(options);
  EXPECT_EQ(at::get_num_threads(), 2);
  options.threads = 2;
  options.workers = 0;
  EXPECT_EQ(resolve(options).workers, 2);
  options.workers = 5;
  set_up_runtime(options);
  EXPECT_EQ(at::get_num_threads(), 1);
}

TEST(Runtime, EightBitsStandBesideFloat32Only) {
  auto options = on_cpu(lm::Dtype::kFloat32);
  options.sample_dtype = lm::SampleDtype::kInt8;
  if (can_pack_int8(torch::empty({1, 1}))) {
    EXPECT_EQ(resolve(options).sample_dtype, lm::SampleDtype::kInt8);
  } else {
    EXPECT_THROW(resolve(options), base::UsageError);
  }
  options.dtype = lm::Dtype::kBfloat16;
  EXPECT_THROW(resolve(options), base::UsageError);
  options.sample_dtype = lm::SampleDtype::kFloat32;
  EXPECT_THROW(resolve(options), base::UsageError);
}

}  // namespace
}  // namespace toolformer::model
