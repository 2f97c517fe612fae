// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/run_identity.h"

#include <gmock/gmock.h>

#include "toolformer/base/error.h"

namespace toolformer::finetune {
namespace {

const Fingerprints kFingerprints{"m", "t", "c"};

TEST(RunIdentity, TheSameRunPasses) {
  const Options options;
  EXPECT_NO_THROW(require_same_run(run_identity(options, kFingerprints, {.seed = 1}),
                                   run_identity(options, kFingerprints, {.seed = 1}), "out"));
}

TEST(RunIdentity, SurvivesBeingWritten) {
  Options options;
  options.lr = 0.1 + 0.2;
  const auto identity = run_identity(options, kFingerprints, {.seed = 1});
  EXPECT_NO_THROW(
      require_same_run(nlohmann::ordered_json::parse(identity.dump()), identity, "out"));
}

TEST(RunIdentity, HowOftenIsSavedMayChange) {
  Options options;
  const auto before = run_identity(options, kFingerprints, {.seed = 1});
  options.save_every = 3;
  options.keep_checkpoints = 9;
  EXPECT_NO_THROW(
      require_same_run(before, run_identity(options, kFingerprints, {.seed = 1}), "out"));
}

TEST(RunIdentity, SafeChangesAreAcceptedWhenAsked) {
  Options options;
  const auto before = run_identity(options, kFingerprints, {.seed = 1});
  options.max_steps = 70;
  const auto longer = run_identity(options, kFingerprints, {.seed = 1});
  EXPECT_EQ(require_same_run(before, longer, "out", Changes::kSafe),
            std::vector<std::string>{"max-steps: 0 before, 70 now"});
  try {
    require_same_run(before, longer, "out");
    FAIL();
  } catch (const base::UsageError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("--override"));
  }
}

TEST(RunIdentity, OtherDocumentsOrProcessesAreNeverSafe) {
  const Options options;
  const auto before = run_identity(options, kFingerprints, {.seed = 1, .processes = 2});
  EXPECT_THROW(
      require_same_run(before, run_identity(options, kFingerprints, {.seed = 1, .processes = 3}),
                       "out", Changes::kSafe),
      base::UsageError);
  try {
    require_same_run(before,
                     run_identity(options, {"m", "t", "other"}, {.seed = 1, .processes = 2}), "out",
                     Changes::kSafe);
    FAIL();
  } catch (const base::UsageError& error) {
    EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("--override")));
  }
}

TEST(RunIdentity, EveryDifferenceIsNamedWithBothValues) {
  Options options;
  const auto before = run_identity(options, kFingerprints, {.seed = 1});
  options.lr = 0.5;
  try {
    require_same_run(before, run_identity(options, {"m", "t", "other"}, {.seed = 2}), "out");
    FAIL();
  } catch (const base::UsageError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("lr: 1e-05 before, 0.5 now"));
    EXPECT_THAT(error.what(), testing::HasSubstr("seed: 1 before, 2 now"));
    EXPECT_THAT(error.what(), testing::HasSubstr("corpus: \"c\" before, \"other\" now"));
    EXPECT_THAT(error.what(), testing::HasSubstr("--restart"));
  }
}

}  // namespace
}  // namespace toolformer::finetune
