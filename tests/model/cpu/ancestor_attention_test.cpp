// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/cpu/ancestor_attention.h"

#include <gtest/gtest.h>

#include <limits>

#include "toolformer/model/engine/partial_attention.h"

namespace toolformer::model {
namespace {

TEST(AncestorAttention, SeesThePathAndOfItTheWindow) {
  torch::manual_seed(3);
  const auto q = torch::randn({3, 6, 16}), k = torch::randn({2, 12, 16}),
             v = torch::randn({2, 12, 16});
  // Nodes 0-1-2-5 and 0-3-4 of a tree; the first token of the pass belongs to another tree.
  const AncestorRows rows{1, {{0, 1, 2, 5}, {0, 3, 4}}};
  for (const std::int64_t window : {0, 2}) {
    auto mask = torch::full({3, 12}, -std::numeric_limits<float>::infinity());
    for (std::size_t n = 0; n < 2; ++n) {
      const auto& path = rows.nodes[n];
      for (std::size_t j = window == 0 ? 0 : path.size() - 2; j < path.size(); ++j)
        mask[static_cast<std::int64_t>(n) + 1][path[j]] = 0;
    }
    auto out = torch::zeros({3, 6, 16}), lse = torch::zeros({3, 6});
    attend_ancestors(rows, q, k, v, window, 0.25, out, lse);
    EXPECT_EQ(out[0].abs().max().item<float>(), 0);
    const auto expected = attend_part(q, k, v, mask, 0.25);
    const auto far = [](const torch::Tensor& a, const torch::Tensor& b) {
      return (a - b).narrow(0, 1, 2).abs().max().item<double>();
    };
    EXPECT_LT(far(out, expected.out), 2e-6) << window;
    EXPECT_LT(far(lse, expected.lse), 2e-6) << window;
  }
}

}  // namespace
}  // namespace toolformer::model
