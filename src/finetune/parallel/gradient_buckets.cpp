// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/parallel/gradient_buckets.h"

#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "toolformer/model/architecture/parameter_layout.h"

namespace toolformer::finetune {
namespace {

constexpr std::int64_t kAlignment = 16;  // numbers: a cache line

std::int64_t round_up(std::int64_t value, std::int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

/// "model.layers.12.mlp.up_proj.weight" -> 12; nothing for what is in no layer.
std::optional<std::size_t> layer_of(const std::string& name) {
  for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
    std::size_t layer = 0;
    const char* end = name.data() + name.size();
    const auto found = std::from_chars(name.data() + dot + 1, end, layer);
    if (found.ec == std::errc() && found.ptr != end && *found.ptr == '.') return layer;
  }
  return std::nullopt;
}

/// When the backward pass completes the gradient: the final norm, the layers from the last to the
/// first, the embedding. An untied head has its gradient from the loss, outside the pass, so it
/// goes with the embedding.
std::size_t turn(const model::ModuleNames& modules, const std::string& name) {
  constexpr std::size_t kLast = 1U << 20U;
  if (name.starts_with(modules.final_norm + ".")) return 0;
  const auto layer = layer_of(name);
  return layer ? kLast - 1 - std::min(*layer, kLast - 2) : kLast;
}

std::vector<std::string> in_order(const model::Transformer& transformer) {
  const model::ModuleNames modules = model::module_names(transformer.config());
  std::vector<std::string> names;
  for (const auto& [name, tensor] : transformer.parameters()) {
    if (tensor.requires_grad()) names.push_back(name);
  }
  std::stable_sort(names.begin(), names.end(), [&](const auto& a, const auto& b) {
    return turn(modules, a) < turn(modules, b);
  });
  return names;
}

}  // namespace

class GradientBuckets::Hook final : public torch::autograd::PostAccumulateGradHook {
 public:
  Hook(GradientBuckets& buckets, std::size_t bucket) : buckets_(buckets), bucket_(bucket) {}
  void operator()(const torch::autograd::Variable&) override { buckets_.parameter_ready(bucket_); }

 private:
  GradientBuckets& buckets_;
  std::size_t bucket_;
};

GradientBuckets::GradientBuckets(const model::Transformer& transformer, const ProcessGroup& group,
                                 std::size_t bucket_numbers)
    : group_(group), exchange_(group.exchange(transformer.device())) {
  const torch::NoGradGuard no_grad;
  std::vector<std::string> names;  // of the bucket that is being filled
  std::int64_t numbers = 0;
  const auto close = [&] {
    if (names.empty()) return;
    buckets_.emplace_back();
    lay_out(buckets_.back(), names, numbers);
    names.clear();
    numbers = 0;
  };
  for (const std::string& name : in_order(transformer)) {
    const torch::Tensor& parameter = transformer.parameters().at(name);
    const bool full = numbers + parameter.numel() > static_cast<std::int64_t>(bucket_numbers);
    if (!names.empty() &&
        (full || places_.at(names.front()).parameter.dtype() != parameter.dtype())) {
      close();
    }
    places_[name] = {parameter, buckets_.size(), numbers};
    names.push_back(name);
    numbers += round_up(parameter.numel(), kAlignment);
  }
  close();
}

void GradientBuckets::lay_out(Bucket& bucket, const std::vector<std::string>& names,
                              std::int64_t numbers) {
  const torch::Tensor& like = places_.at(names.front()).parameter;
  numbers = round_up(numbers, static_cast<std::int64_t>(group_.size()));
  bucket.values = torch::zeros({numbers}, like.detach().options());
  bucket.gradients = torch::zeros_like(bucket.values);
  bucket.parameters = names.size();
  for (const std::string& name : names) {
    Place& place = places_.at(name);
    torch::Tensor& parameter = place.parameter;
    const auto view = [&](const torch::Tensor& flat) {
      return flat.narrow(0, place.offset, parameter.numel()).view(parameter.sizes());
    };
    view(bucket.values).copy_(parameter.detach());
    parameter.set_data(view(bucket.values));
    parameter.mutable_grad() = view(bucket.gradients);
    torch::autograd::impl::set_post_acc_grad_hooks(parameter,
                                                   std::make_unique<Hook>(*this, place.bucket));
  }
}

GradientBuckets::~GradientBuckets() {
  for (const auto& entry : places_) {
    torch::autograd::impl::set_post_acc_grad_hooks(entry.second.parameter, nullptr);
  }
}

std::optional<GradientBuckets::Share> GradientBuckets::share(const std::string& name) const {
  const Place& place = places_.at(name);
  const Bucket& bucket = buckets_[place.bucket];
  const std::int64_t part = bucket.values.numel() / static_cast<std::int64_t>(group_.size());
  const std::int64_t own = part * static_cast<std::int64_t>(group_.rank());
  const std::int64_t begin = std::max(place.offset, own);
  const std::int64_t end = std::min(place.offset + place.parameter.numel(), own + part);
  if (begin >= end) return std::nullopt;
  return Share{bucket.values.narrow(0, begin, end - begin),
               bucket.gradients.narrow(0, begin, end - begin)};
}

void GradientBuckets::zero_grad() {
  for (const Bucket& bucket : buckets_) bucket.gradients.zero_();
}

void GradientBuckets::begin_sums() {
  armed_ = true;
}

void GradientBuckets::parameter_ready(std::size_t bucket) {
  if (!armed_) return;
  TORCH_CHECK(++buckets_[bucket].ready <= buckets_[bucket].parameters,
              "a gradient changed after its sum over the processes had begun");
  while (next_ < buckets_.size() && buckets_[next_].ready == buckets_[next_].parameters) {
    begin_next();
  }
  exchange_->progress();
}

void GradientBuckets::begin_next() {
  exchange_->all_reduce_async(buckets_[next_++].gradients);
}

void GradientBuckets::finish_sums() {
  while (next_ < buckets_.size()) begin_next();
  exchange_->finish_sums();
  armed_ = false;
  next_ = 0;
  for (Bucket& bucket : buckets_) bucket.ready = 0;
}

void GradientBuckets::gather_values() {
  for (const Bucket& bucket : buckets_) exchange_->all_gather(bucket.values);
}

}  // namespace toolformer::finetune
