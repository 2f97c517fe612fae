// SPDX-License-Identifier: Apache-2.0
// Trained parameters of a run of several processes. Values and gradients lie one behind the other
// in flat buffers ("buckets"), about in the order in which a backward pass completes them, so that
// a bucket is summed over the processes while earlier layers are still computed (Li et al., arXiv
// 2006.15704). Process r owns the r-th part of every bucket: it alone keeps the optimiser's state
// of these numbers and updates them (ZeRO stage 1, Rajbhandari et al., arXiv 1910.02054).
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "toolformer/finetune/parallel/process_group.h"
#include "toolformer/model/network/transformer.h"

namespace toolformer::finetune {

class GradientBuckets {
 public:
  /// Moves the values and gradients of all parameters that require a gradient into buckets of
  /// about `bucket_numbers` numbers; a larger parameter has one of its own. The gradients are zero.
  GradientBuckets(const model::Transformer& transformer, const ProcessGroup& group,
                  std::size_t bucket_numbers = kBucketNumbers);
  ~GradientBuckets();
  GradientBuckets(const GradientBuckets&) = delete;
  GradientBuckets& operator=(const GradientBuckets&) = delete;

  /// The part of a parameter that this process updates, flat; the same memory as the parameter's.
  struct Share {
    torch::Tensor values, gradients;  ///< [n]
  };
  /// Nothing when all of the parameter belongs to other processes.
  std::optional<Share> share(const std::string& name) const;
  const ProcessGroup& group() const { return group_; }

  void zero_grad();
  /// The coming backward pass is the last one of the step: sums of complete buckets begin in it.
  void begin_sums();
  /// Begins the sums that are left and waits for all. Every process calls it once a step, also one
  /// that had nothing to compute.
  void finish_sums();
  /// After the update: every process gets what the others own.
  void gather_values();

  static constexpr std::size_t kBucketNumbers = std::size_t{8} << 20;

 private:
  struct Bucket {
    torch::Tensor values, gradients;  // [n], n a multiple of the number of processes
    std::size_t parameters = 0, ready = 0;
  };
  struct Place {
    torch::Tensor parameter;
    std::size_t bucket = 0;
    std::int64_t offset = 0;
  };
  class Hook;

  void lay_out(Bucket& bucket, const std::vector<std::string>& names, std::int64_t numbers);
  void parameter_ready(std::size_t bucket);
  void begin_next();

  const ProcessGroup& group_;
  std::unique_ptr<TensorExchange> exchange_;
  std::map<std::string, Place> places_;
  std::vector<Bucket> buckets_;
  bool armed_ = false;
  std::size_t next_ = 0;  // the bucket whose sum begins next: the same order everywhere
};

}  // namespace toolformer::finetune
