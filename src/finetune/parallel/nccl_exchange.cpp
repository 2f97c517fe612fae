// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/parallel/nccl_exchange.h"

#ifdef TOOLFORMER_NCCL
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <nccl.h>
#endif

#include "toolformer/base/error.h"

namespace toolformer::finetune {

#ifdef TOOLFORMER_NCCL
namespace {

void check_nccl(ncclResult_t result, const char* call) {
  if (result == ncclSuccess) return;
  base::throw_error<base::IoError>("{}: {}", call, ncclGetErrorString(result));
}

ncclDataType_t type_of(const torch::Tensor& tensor) {
  if (tensor.scalar_type() == torch::kFloat32) return ncclFloat32;
  TORCH_CHECK(tensor.scalar_type() == torch::kBFloat16, "NCCL: ", tensor.scalar_type());
  return ncclBfloat16;
}

/// Sums run on a stream of their own behind what computed their tensors, beside what follows.
class NcclExchange final : public TensorExchange {
 public:
  NcclExchange(const ProcessGroup& group, torch::Device device)
      : group_(group),
        guard_(device),
        stream_(c10::cuda::getStreamFromPool(/*isHighPriority=*/true, device.index())) {
    ncclUniqueId id{};
    if (group.first()) check_nccl(ncclGetUniqueId(&id), "ncclGetUniqueId");
    group.broadcast(std::as_writable_bytes(std::span(&id, 1)));
    check_nccl(ncclCommInitRank(&communicator_, static_cast<int>(group.size()), id,
                                static_cast<int>(group.rank())),
               "ncclCommInitRank");
  }
  ~NcclExchange() override { ncclCommDestroy(communicator_); }
  NcclExchange(const NcclExchange&) = delete;
  NcclExchange& operator=(const NcclExchange&) = delete;

  void all_reduce_async(const torch::Tensor& flat) override {
    let_follow(stream_, computing());
    check_nccl(ncclAllReduce(flat.const_data_ptr(), flat.mutable_data_ptr(),
                             static_cast<std::size_t>(flat.numel()), type_of(flat), ncclSum,
                             communicator_, stream_.stream()),
               "ncclAllReduce");
  }
  void progress() override {}
  void finish_sums() override { let_follow(computing(), stream_); }
  void all_gather(const torch::Tensor& flat) override {
    const auto part = static_cast<std::size_t>(flat.numel()) / group_.size();
    const auto* own = static_cast<const std::byte*>(flat.const_data_ptr()) +
                      group_.rank() * part * flat.element_size();
    check_nccl(ncclAllGather(own, flat.mutable_data_ptr(), part, type_of(flat), communicator_,
                             c10::cuda::getCurrentCUDAStream(stream_.device_index()).stream()),
               "ncclAllGather");
  }

 private:
  c10::Stream computing() const {
    return c10::cuda::getCurrentCUDAStream(stream_.device_index()).unwrap();
  }
  static void let_follow(c10::Stream later, c10::Stream earlier) {
    c10::Event event(c10::DeviceType::CUDA);
    event.record(earlier);
    event.block(later);
  }

  const ProcessGroup& group_;
  c10::cuda::CUDAGuard guard_;
  c10::cuda::CUDAStream stream_;
  ncclComm_t communicator_ = nullptr;
};

}  // namespace

std::unique_ptr<TensorExchange> nccl_exchange(const ProcessGroup& group, torch::Device device) {
  if (group.any(static_cast<std::size_t>(device.index()) != group.local_rank())) {
    base::throw_error<base::UsageError>(
        "{} processes on this machine, this one with --device cuda:{}: every process takes the "
        "device of its own number; use --device cuda",
        group.local_size(), device.index());
  }
  return std::make_unique<NcclExchange>(group, device);
}

#else

std::unique_ptr<TensorExchange> nccl_exchange(const ProcessGroup& group, torch::Device device) {
  base::throw_error<base::UsageError>(
      "{} processes with --device {}: this program was built without NCCL, which comes with the "
      "CUDA build of torch; use --device cpu, or one process",
      group.size(), device.str());
}

#endif

}  // namespace toolformer::finetune
