// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/network/recompute.h"

#include <ATen/autocast_mode.h>
#include <torch/custom_class.h>

#include <utility>

namespace toolformer::model {
namespace {

using Layer = std::function<torch::Tensor(const torch::Tensor&)>;

struct KeptLayer : torch::CustomClassHolder {
  explicit KeptLayer(Layer layer) : run(std::move(layer)) {}
  Layer run;
};

/// Casts of weights are not cached while it lives. The backward pass of a graph on a GPU runs in
/// libtorch's own thread: at::ThreadLocalState brings mixed precision and its types there, but not
/// that its cache is off (mixed_precision.h). The first step's casts would serve all later ones.
class CacheNoCasts {
 public:
  CacheNoCasts() : was_cached_(at::autocast::is_autocast_cache_enabled()) {
    at::autocast::set_autocast_cache_enabled(false);
  }
  ~CacheNoCasts() { at::autocast::set_autocast_cache_enabled(was_cached_); }
  CacheNoCasts(const CacheNoCasts&) = delete;
  CacheNoCasts& operator=(const CacheNoCasts&) = delete;

 private:
  bool was_cached_;
};

class Recompute : public torch::autograd::Function<Recompute> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const c10::intrusive_ptr<KeptLayer>& layer) {
    context->save_for_backward({x});
    context->saved_data["layer"] = c10::IValue::make_capsule(layer);
    // With gradients as in the backward pass: without, layers may take other kernels, with other
    // last bits. The graph is dropped at once.
    const torch::AutoGradMode enabled(true);
    return layer->run(x.detach().set_requires_grad(true)).detach();
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const CacheNoCasts no_cache;
    const auto capsule = context->saved_data["layer"].toCapsule();
    const torch::AutoGradMode enabled(true);
    const torch::Tensor x = context->get_saved_variables()[0].detach().set_requires_grad(true);
    static_cast<const KeptLayer*>(capsule.get())->run(x).backward(gradients[0]);
    return {x.grad(), torch::Tensor()};
  }
};

}  // namespace

torch::Tensor recompute_in_backward(Layer layer, const torch::Tensor& x) {
  if (!torch::GradMode::is_enabled()) return layer(x);
  // Without a gradient of x there would be no backward pass for the layer's parameters either.
  const torch::Tensor input = x.requires_grad() ? x : x.detach().set_requires_grad(true);
  return Recompute::apply(input, c10::make_intrusive<KeptLayer>(std::move(layer)));
}

}  // namespace toolformer::model
