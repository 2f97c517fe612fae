// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/share_out.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "fake/table_language_model.h"

namespace toolformer::lm {
namespace {

/// Three workers, one after the other.
class ThreeWorkers : public fake::TableLanguageModel {
 public:
  ThreeWorkers()
      : TableLanguageModel(std::make_unique<fake::TableTokenizer>(std::vector<std::string>{}), {}) {
  }
  void each_worker(const std::function<void()>& work) override {
    for (int i = 0; i < 3; ++i) {
      try {
        work();
      } catch (const std::runtime_error&) {
        ++failed;
      }
    }
  }
  int failed = 0;
};

TEST(ShareOut, EveryPieceIsTakenOnce) {
  ThreeWorkers model;
  std::vector<std::size_t> taken;
  share_out(model, 5, [&](const NextPiece& next) {
    for (int i = 0; i < 2; ++i)
      if (const auto piece = next()) taken.push_back(*piece);
  });
  EXPECT_EQ(taken, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(ShareOut, NoneIsBegunBehindAnException) {
  ThreeWorkers model;
  std::vector<std::size_t> taken;
  share_out(model, 5, [&](const NextPiece& next) {
    while (const auto piece = next()) {
      taken.push_back(*piece);
      if (*piece == 1) throw std::runtime_error("piece 1");
    }
  });
  EXPECT_EQ(taken, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(model.failed, 1);
}

}  // namespace
}  // namespace toolformer::lm
