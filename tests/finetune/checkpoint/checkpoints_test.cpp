// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/checkpoint/checkpoints.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "fake/temporary_directory.h"
#include "finetune/tiny_model.h"
#include "toolformer/base/error.h"
#include "toolformer/model/weights/checkpoint.h"

namespace toolformer::finetune {
namespace {

void random_step(const model::Transformer& transformer, AdamW& optimizer, std::uint64_t seed) {
  torch::manual_seed(seed);
  for (const auto& [name, tensor] : transformer.parameters()) {
    tensor.mutable_grad().copy_(torch::randn_like(tensor.detach()));
  }
  optimizer.step(0.01);
}

std::vector<std::string> names_in(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

class CheckpointsTest : public testing::Test {
 protected:
  void save(std::size_t step, std::size_t keep = 9) {
    Checkpoints(directory_ / "c").save(step, transformer_, optimizer_, {{"mark", step}}, keep);
  }

  fake::TemporaryDirectory directory_;
  model::Transformer transformer_ = tiny_model(tiny_config(true));
  AdamW optimizer_{transformer_, {}};
};

TEST_F(CheckpointsTest, NoneYet) {
  EXPECT_FALSE(Checkpoints(directory_ / "c").latest());
}

// Save, go on; load, go on: the same bits.
TEST_F(CheckpointsTest, GoesOnBitForBit) {
  for (int step = 0; step < 3; ++step) random_step(transformer_, optimizer_, step);
  save(3);
  for (int step = 3; step < 6; ++step) random_step(transformer_, optimizer_, step);

  const auto checkpoint = Checkpoints(directory_ / "c").latest();
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->step, 3U);
  EXPECT_EQ(checkpoint->state.at("mark"), 3);
  const model::Transformer loaded = model::load_transformer(checkpoint->directory, {});
  for (const auto& entry : loaded.parameters()) entry.second.set_requires_grad(true);
  AdamW optimizer(loaded, {});
  load_optimizer(*checkpoint, optimizer);
  optimizer.set_steps(3);
  for (int step = 3; step < 6; ++step) random_step(loaded, optimizer, step);
  for (const auto& [name, tensor] : loaded.parameters()) {
    EXPECT_TRUE(tensor.equal(transformer_.parameters().at(name))) << name;
  }
}

TEST_F(CheckpointsTest, KeepsTheNewest) {
  for (const std::size_t step : {5, 10, 100}) save(step, 2);
  EXPECT_THAT(names_in(directory_ / "c"),
              testing::UnorderedElementsAre("step-00000010", "step-00000100"));
  EXPECT_EQ(Checkpoints(directory_ / "c").latest()->step, 100U);
  Checkpoints(directory_ / "c").prune(0);
  EXPECT_TRUE(names_in(directory_ / "c").empty());
}

TEST_F(CheckpointsTest, PassesOverADamagedOne) {
  save(5);
  save(10);
  std::filesystem::resize_file(directory_ / "c/step-00000010/optimizer.safetensors", 100);
  EXPECT_EQ(Checkpoints(directory_ / "c").latest()->step, 5U);
  save(10);
  EXPECT_EQ(Checkpoints(directory_ / "c").latest()->step, 10U);
}

TEST_F(CheckpointsTest, AFlippedBitIsDamage) {
  save(5);
  save(10);
  const auto file = directory_ / "c/step-00000010/optimizer.safetensors";
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(-1, std::ios::end);
  const char last = static_cast<char>(bytes.get() ^ 1);
  bytes.seekp(-1, std::ios::end);
  bytes.put(last);
  bytes.close();
  EXPECT_EQ(Checkpoints(directory_ / "c").latest()->step, 5U);
}

// Who went on from step 5 must not lose step 7 to a damaged step 10.
TEST_F(CheckpointsTest, ADamagedNewerOneDoesNotCountAsTheNewest) {
  save(5);
  save(10);
  std::filesystem::resize_file(directory_ / "c/step-00000010/optimizer.safetensors", 100);
  save(7, 1);
  EXPECT_THAT(names_in(directory_ / "c"), testing::ElementsAre("step-00000007"));
}

TEST_F(CheckpointsTest, NothingBeginsAnewInSilenceWhenAllAreDamaged) {
  save(5);
  std::filesystem::resize_file(directory_ / "c/step-00000005/optimizer.safetensors", 100);
  EXPECT_THROW(Checkpoints(directory_ / "c").latest(), base::DataError);
}

TEST_F(CheckpointsTest, RemovesWhatAKilledRunLeft) {
  save(5);
  std::filesystem::create_directories(directory_ / "c/step-00000010.unfinished");
  directory_.write("c/step-00000010.unfinished/model.safetensors", "half");
  EXPECT_EQ(Checkpoints(directory_ / "c").latest()->step, 5U);
  EXPECT_THAT(names_in(directory_ / "c"), testing::ElementsAre("step-00000005"));
}

// Files cannot grow beyond a few bytes, as on a full disk: the older checkpoint stays, nothing
// half-written is left.
TEST_F(CheckpointsTest, AFailedSaveSaysSoAndKeepsTheOldOne) {
  save(5);
  Checkpoints checkpoints(directory_ / "c");
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{4096, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  std::string message;
  try {
    checkpoints.save(10, transformer_, optimizer_, {}, 2);
  } catch (const base::IoError& error) {
    message = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(message, testing::HasSubstr("step 10 could not be written"));
  EXPECT_THAT(message, testing::HasSubstr("step-00000005"));
  EXPECT_EQ(checkpoints.latest()->step, 5U);
  EXPECT_THAT(names_in(directory_ / "c"), testing::ElementsAre("step-00000005"));
}

TEST_F(CheckpointsTest, OtherTrainedParametersAreRefused) {
  save(5);
  const auto checkpoint = Checkpoints(directory_ / "c").latest();
  const model::Transformer other = tiny_model(tiny_config(true));
  other.parameters().at("model.norm.weight").set_requires_grad(false);
  AdamW fewer(other, {});
  EXPECT_THROW(load_optimizer(*checkpoint, fewer), base::DataError);
  const model::Transformer untied = tiny_model(tiny_config(false));
  AdamW more(untied, {});
  EXPECT_THROW(load_optimizer(*checkpoint, more), base::DataError);
}

}  // namespace
}  // namespace toolformer::finetune
