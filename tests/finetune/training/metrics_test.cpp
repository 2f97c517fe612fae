// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/training/metrics.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "fake/temporary_directory.h"

namespace toolformer::finetune {
namespace {

TEST(MetricsFile, StartsEmptyAndAppends) {
  const fake::TemporaryDirectory directory;
  MetricsFile(directory / "m.jsonl", 0).append({{"step", 1}, {"loss", 0.5}});
  EXPECT_EQ(fake::read_bytes(directory / "m.jsonl"), "{\"step\":1,\"loss\":0.5}\n");
}

TEST(MetricsFile, ForgetsTheStepsThatWillBeDoneAgain) {
  const fake::TemporaryDirectory directory;
  directory.write("m.jsonl", "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n");
  MetricsFile(directory / "m.jsonl", 2).append({{"step", 3}, {"again", true}});
  EXPECT_EQ(fake::read_bytes(directory / "m.jsonl"),
            "{\"step\":1}\n{\"step\":2}\n{\"step\":3,\"again\":true}\n");
}

TEST(MetricsFile, WithoutALastStepNothingStays) {
  const fake::TemporaryDirectory directory;
  directory.write("m.jsonl", "{\"step\":0}\n");
  const MetricsFile file(directory / "m.jsonl", std::nullopt);
  EXPECT_EQ(fake::read_bytes(directory / "m.jsonl"), "");
}

TEST(MetricsFile, DropsATornLine) {
  const fake::TemporaryDirectory directory;
  directory.write("m.jsonl", "{\"step\":1}\n{\"step\":2,\"lo");
  const MetricsFile file(directory / "m.jsonl", 9);
  EXPECT_EQ(fake::read_bytes(directory / "m.jsonl"), "{\"step\":1}\n");
}

TEST(MetricsFile, DropsWhatFollowsAnUnreadableLine) {
  const fake::TemporaryDirectory directory;
  directory.write("m.jsonl", "{\"step\":1}\n\0\0\n{\"step\":2}\n");
  const MetricsFile file(directory / "m.jsonl", 9);
  EXPECT_EQ(fake::read_bytes(directory / "m.jsonl"), "{\"step\":1}\n");
}

TEST(MetricsFile, NeverWritesNan) {
  const fake::TemporaryDirectory directory;
  MetricsFile file(directory / "m.jsonl", 0);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(file.append({{"step", 1}, {"parts", {{"text", nan}}}}), std::logic_error);
  EXPECT_EQ(fake::read_bytes(directory / "m.jsonl"), "");
}

TEST(ProcessMemory, IsPlausible) {
  const ProcessMemory memory = process_memory();
  EXPECT_GT(memory.resident, 1U << 20U);
  EXPECT_GE(memory.peak, memory.resident);
}

}  // namespace
}  // namespace toolformer::finetune
