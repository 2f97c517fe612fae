// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/cpu/row_product.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <array>

#include "toolformer/model/cpu/packed_matrix.h"

namespace toolformer::model {
namespace {

class RowProduct : public testing::Test {
 protected:
  void SetUp() override {
    if (!can_pack(torch::zeros({2, 2}))) GTEST_SKIP() << "this libtorch has no oneDNN";
    torch::manual_seed(4);
  }
  const torch::InferenceMode inference_;
};

bool same_bits(const torch::Tensor& a, const torch::Tensor& b) {
  return torch::equal(a.contiguous().view(torch::kInt32), b.contiguous().view(torch::kInt32));
}

/// Hidden sizes, MLPs and heads (cut short) of SmolLM2 135M and Gemma 3 270M, and uneven ones.
constexpr std::array<std::array<std::int64_t, 2>, 14> kOutIn = {{{576, 576},
                                                                 {192, 576},
                                                                 {1536, 576},
                                                                 {576, 1536},
                                                                 {4915, 576},
                                                                 {1024, 640},
                                                                 {256, 640},
                                                                 {2048, 640},
                                                                 {640, 2048},
                                                                 {640, 1024},
                                                                 {100, 576},
                                                                 {77, 50},
                                                                 {13, 33},
                                                                 {65, 4100}}};

TEST_F(RowProduct, ARowAmongFewHasTheBitsOfThatRowAmongMany) {
  for (const auto& [out, in] : kOutIn) {
    for (const bool with_bias : {false, true}) {
      const PackedMatrix packed = pack_matrix(torch::randn({out, in}));
      const auto bias = with_bias ? torch::randn({out}) : torch::Tensor();
      const auto x = torch::randn({200, in});
      const auto all = multiply(packed, x, bias);
      for (std::int64_t rows = 1; rows <= 200; rows += rows < 20 ? 1 : 60)
        EXPECT_TRUE(same_bits(multiply(packed, x.narrow(0, 200 - rows, rows), bias),
                              all.narrow(0, 200 - rows, rows)))
            << out << " x " << in << ", " << rows << " rows";
    }
  }
}

TEST_F(RowProduct, AnyNumberOfThreadsGivesTheSameBits) {
  const int before = at::get_num_threads();
  for (const int threads : {1, 2, 5}) {
    at::set_num_threads(threads);
    const PackedMatrix packed = pack_matrix(torch::randn({1536, 576}));
    const auto x = torch::randn({64, 576}), all = multiply(packed, x, {});
    EXPECT_TRUE(same_bits(multiply(packed, x.narrow(0, 9, 1), {}), all.narrow(0, 9, 1))) << threads;
  }
  at::set_num_threads(before);
}

#if defined(__OPTIMIZE__) && defined(__x86_64__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// Without this the tests above would pass with a product that is never used.
TEST_F(RowProduct, IsFoundWhereTheProcessorIsKnown) {
  if (!__builtin_cpu_supports("avx512f"))
    GTEST_SKIP() << "compared on processors with AVX-512 only";
  for (const auto& [out, in] : kOutIn) {
    const PackedMatrix packed = pack_matrix(torch::randn({out, in}));
    EXPECT_TRUE(has_row_product(packed.order, torch::zeros({1, in}))) << out << " x " << in;
    EXPECT_FALSE(has_row_product(packed.order, torch::zeros({64, in})));
    const int before = at::get_num_threads();
    at::set_num_threads(before + 1);  // not compared with so many
    EXPECT_FALSE(has_row_product(packed.order, torch::zeros({1, in})));
    at::set_num_threads(before);
  }
}
#endif

TEST_F(RowProduct, AnotherRoundingIsNotTaken) {
  const auto weight = torch::randn({192, 576});
  const PackedMatrix packed = pack_matrix(weight);
  const PackedBlocks& blocks = packed.blocks;
  const auto exact = [&](const torch::Tensor& x) {
    return torch::linear(x.to(torch::kFloat64), weight.to(torch::kFloat64)).to(torch::kFloat32);
  };
  EXPECT_EQ(find_accumulation_order(blocks, exact).chain, 0);
  // One row count that rounds differently is enough.
  const auto except_sixteen = [&](const torch::Tensor& x) {
    return x.size(0) == 16 ? exact(x) : multiply(packed, x, {});
  };
  EXPECT_EQ(find_accumulation_order(blocks, except_sixteen).chain, 0);
}

TEST_F(RowProduct, AnotherLayoutIsNotTaken) {
  const auto weight = torch::randn({192, 576});
  const PackedMatrix packed = pack_matrix(weight);
  PackedBlocks blocks = packed.blocks;
  const torch::Tensor plain = weight.contiguous();
  blocks.weights = plain.data_ptr<float>();
  const auto product = [&](const torch::Tensor& x) { return multiply(packed, x, {}); };
  EXPECT_EQ(find_accumulation_order(blocks, product).chain, 0);
  EXPECT_EQ(find_blocks(packed.packed, 640, 192).weights, nullptr);  // there are fewer numbers
  EXPECT_EQ(find_blocks(plain, 576, 192).weights, nullptr);          // not packed
}

}  // namespace
}  // namespace toolformer::model
