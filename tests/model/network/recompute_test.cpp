// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/network/recompute.h"

#include <ATen/ThreadLocalState.h>
#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <thread>

#include "toolformer/model/network/mixed_precision.h"

namespace toolformer::model {
namespace {

TEST(Recompute, GivesTheSameGradientsAndKeepsNothing) {
  torch::manual_seed(2);
  const auto weight = torch::randn({4, 4}), data = torch::randn({3, 4});
  std::vector<torch::Tensor> outputs, x_gradients, weight_gradients;
  for (const bool again : {false, true}) {
    const auto w = weight.clone().set_requires_grad(true);
    const auto x = data.clone().set_requires_grad(true);
    int runs = 0;
    const auto layer = [&](const torch::Tensor& in) {
      ++runs;
      return torch::tanh(torch::mm(in, w)) + in;
    };
    const auto y = again ? recompute_in_backward(layer, x) : layer(x);
    y.square().sum().backward();
    EXPECT_EQ(runs, again ? 2 : 1);
    outputs.push_back(y.detach());
    x_gradients.push_back(x.grad());
    weight_gradients.push_back(w.grad());
  }
  EXPECT_TRUE(torch::equal(outputs[0], outputs[1]));
  EXPECT_TRUE(torch::equal(x_gradients[0], x_gradients[1]));
  EXPECT_TRUE(torch::equal(weight_gradients[0], weight_gradients[1]));
}

TEST(Recompute, TrainsParametersBehindAnInputWithoutGradient) {
  const auto w = torch::full({2, 2}, 0.5).set_requires_grad(true);
  const auto layer = [&](const torch::Tensor& in) { return torch::mm(in, w); };
  recompute_in_backward(layer, torch::ones({1, 2})).sum().backward();
  EXPECT_TRUE(torch::equal(w.grad(), torch::ones({2, 2})));
}

TEST(Recompute, RunsOnceWithoutGradients) {
  const torch::NoGradGuard no_grad;
  int runs = 0;
  const auto layer = [&](const torch::Tensor& in) {
    ++runs;
    return in + 1;
  };
  EXPECT_FALSE(recompute_in_backward(layer, torch::ones({2})).requires_grad());
  EXPECT_EQ(runs, 1);
}

/// Runs `work` as libtorch runs the backward pass of a graph on a GPU: in a thread of its own, with
/// what at::ThreadLocalState carries there. Whether the cache of casts is on there afterwards.
bool run_as_device_thread(const std::function<void()>& work) {
  const at::ThreadLocalState state;
  bool cached = false;
  std::thread([&] {
    const at::ThreadLocalStateGuard guard(state);
    work();
    cached = at::autocast::is_autocast_cache_enabled();
  }).join();
  return cached;
}

// The cache's flag is the thread's, on where nobody turned it off; its casts are the process's.
TEST(Recompute, CastsAWeightThatMovedAnewInAnotherThread) {
  const MixedPrecision precision(torch::kCPU, torch::kBFloat16);
  const auto w = torch::ones({2, 2}).set_requires_grad(true);
  const auto layer = [&](const torch::Tensor& in) { return torch::mm(in, w); };
  for (const double value : {1.0, 2.0, 3.0}) {
    w.detach().fill_(value);
    const auto x = torch::ones({1, 2}).set_requires_grad(true);
    const auto y = recompute_in_backward(layer, x).sum();
    EXPECT_TRUE(run_as_device_thread([&] { y.backward(); }));
    EXPECT_TRUE(torch::equal(x.grad(), torch::full({1, 2}, 2 * value))) << x.grad();
  }
  EXPECT_TRUE(torch::equal(w.grad(), torch::full({2, 2}, 3.0)));
}

TEST(Recompute, LeavesTheThreadAsItWasWhenTheLayerThrows) {
  int runs = 0;
  const auto layer = [&](const torch::Tensor& in) {
    if (++runs == 2) throw std::runtime_error("again");
    return in * 2;
  };
  const auto y = recompute_in_backward(layer, torch::ones({2})).sum();
  EXPECT_TRUE(run_as_device_thread([&] { EXPECT_THROW(y.backward(), std::runtime_error); }));
  EXPECT_EQ(runs, 2);
}

}  // namespace
}  // namespace toolformer::model
