// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/parallel/mpi_process_group.h"

#ifdef TOOLFORMER_MPI
#include <mpi.h>
#endif

#include <algorithm>
#include <deque>
#include <exception>
#include <limits>

#include "toolformer/base/error.h"
#include "toolformer/finetune/parallel/nccl_exchange.h"

namespace toolformer::finetune {

#ifdef TOOLFORMER_MPI
namespace {

// MPI's calls end all processes by themselves when they fail (MPI_ERRORS_ARE_FATAL, the default).

int count_of(std::size_t count) {
  TORCH_CHECK(count <= std::numeric_limits<int>::max(), "MPI: a message of ", count, " numbers");
  return static_cast<int>(count);
}

/// Sums in pieces, few at a time: MPI's buffer for a sum is as large as the sum.
class MpiExchange final : public TensorExchange {
 public:
  void all_reduce_async(const torch::Tensor& flat) override {
    for (std::int64_t begin = 0; begin < flat.numel(); begin += kPiece) {
      waiting_.push_back(flat.narrow(0, begin, std::min(kPiece, flat.numel() - begin)));
    }
    progress();
  }

  void progress() override {
    while (!begun_.empty()) {
      int done = 0;
      MPI_Test(&begun_.front().request, &done, MPI_STATUS_IGNORE);
      if (done == 0) break;
      end_front();
    }
    fill();
  }

  void finish_sums() override {
    for (fill(); !begun_.empty(); fill()) {
      MPI_Wait(&begun_.front().request, MPI_STATUS_IGNORE);
      end_front();
    }
  }

  void all_gather(const torch::Tensor& flat) override {
    TORCH_CHECK(flat.is_contiguous() && (flat.element_size() == 4 || flat.element_size() == 2));
    int size = 0;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    const MPI_Datatype type = flat.element_size() == 4 ? MPI_UINT32_T : MPI_UINT16_T;
    const int part = count_of(static_cast<std::size_t>(flat.numel() / size));
    MPI_Allgather(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, flat.mutable_data_ptr(), part, type,
                  MPI_COMM_WORLD);
  }

 private:
  struct Sum {
    torch::Tensor target;  // where the sum belongs
    torch::Tensor values;  // the same memory, or a float32 copy of it
    MPI_Request request = MPI_REQUEST_NULL;
  };
  static constexpr std::int64_t kPiece = std::int64_t{1} << 22;  // numbers, 16 MB
  static constexpr std::size_t kBegun = 2;

  void fill() {
    while (begun_.size() < kBegun && !waiting_.empty()) {
      Sum& sum = begun_.emplace_back();
      sum.target = waiting_.front();
      sum.values = sum.target.to(torch::kFloat32);
      waiting_.pop_front();
      MPI_Iallreduce(MPI_IN_PLACE, sum.values.mutable_data_ptr<float>(),
                     static_cast<int>(sum.values.numel()), MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD,
                     &sum.request);
    }
  }

  void end_front() {
    Sum& sum = begun_.front();
    if (!sum.values.is_same(sum.target)) sum.target.copy_(sum.values);
    begun_.pop_front();
  }

  std::deque<torch::Tensor> waiting_;
  std::deque<Sum> begun_;
};

class MpiProcessGroup final : public ProcessGroup {
 public:
  MpiProcessGroup() {
    // Gradients on CUDA devices become ready in threads of autograd; they reach NCCL, not MPI.
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    MPI_Comm machine = MPI_COMM_NULL;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &machine);
    MPI_Comm_rank(machine, &local_rank_);
    MPI_Comm_size(machine, &local_size_);
    MPI_Comm_free(&machine);
  }
  ~MpiProcessGroup() override { MPI_Finalize(); }
  MpiProcessGroup(const MpiProcessGroup&) = delete;
  MpiProcessGroup& operator=(const MpiProcessGroup&) = delete;

  std::size_t rank() const override { return static_cast<std::size_t>(rank_); }
  std::size_t size() const override { return static_cast<std::size_t>(size_); }
  std::size_t local_rank() const override { return static_cast<std::size_t>(local_rank_); }
  std::size_t local_size() const override { return static_cast<std::size_t>(local_size_); }

  void sum(std::span<double> values) const override {
    // Added up in one place and handed round: an all-reduce need not give the same bits everywhere.
    const int count = count_of(values.size());
    MPI_Reduce(rank_ == 0 ? MPI_IN_PLACE : values.data(), values.data(), count, MPI_DOUBLE, MPI_SUM,
               0, MPI_COMM_WORLD);
    MPI_Bcast(values.data(), count, MPI_DOUBLE, 0, MPI_COMM_WORLD);
  }
  void broadcast(std::span<std::byte> bytes) const override {
    MPI_Bcast(bytes.data(), count_of(bytes.size()), MPI_BYTE, 0, MPI_COMM_WORLD);
  }
  void barrier() const override { MPI_Barrier(MPI_COMM_WORLD); }
  std::unique_ptr<TensorExchange> exchange(torch::Device device) const override {
    if (device.is_cuda()) return nccl_exchange(*this, device);
    return std::make_unique<MpiExchange>();
  }
  void end_all(int exit_code) const override { MPI_Abort(MPI_COMM_WORLD, exit_code); }

 private:
  int rank_ = 0, size_ = 1, local_rank_ = 0, local_size_ = 1;
};

}  // namespace

std::unique_ptr<const ProcessGroup> join_mpi(std::size_t expected) {
  auto group = std::make_unique<const MpiProcessGroup>();
  if (group->size() == expected) return group;
  base::throw_error<base::UsageError>(
      "the launcher started {} processes, MPI knows of {}: start them with the mpirun of the MPI "
      "that this program was built with, or with srun --mpi=pmix (srun --mpi=list)",
      expected, group->size());
}

#else

std::unique_ptr<const ProcessGroup> join_mpi(std::size_t expected) {
  base::throw_error<base::UsageError>(
      "the launcher started {} processes, but this program was built without MPI: install it "
      "(libopenmpi-dev, openmpi-bin), configure and build again, or start one process",
      expected);
}

#endif

}  // namespace toolformer::finetune
