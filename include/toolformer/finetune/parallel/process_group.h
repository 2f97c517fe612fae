// SPDX-License-Identifier: Apache-2.0
// The processes of one run and what they tell each other. One process alone, several over MPI
// (started by mpirun or srun), their tensors over NCCL where these are on CUDA devices: the callers
// see only this. Every call but end_all() is process_group: all processes make it, in the same
// order.
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace toolformer::finetune {

/// Sums and copies of tensors between the processes, while the caller goes on computing.
class TensorExchange {
 public:
  virtual ~TensorExchange() = default;
  /// Begins to replace `flat` [n] by its sum over all processes; the tensor must not be touched
  /// before finish_sums().
  virtual void all_reduce_async(const torch::Tensor& flat) = 0;
  /// Gives sums that were begun a chance to go on; any process may call it at any time.
  virtual void progress() = 0;
  virtual void finish_sums() = 0;
  /// flat [n], n a multiple of the number of processes: the r-th part as process r has it,
  /// everywhere.
  virtual void all_gather(const torch::Tensor& flat) = 0;
};

class ProcessGroup {
 public:
  virtual ~ProcessGroup() = default;
  virtual std::size_t rank() const = 0;  ///< 0 .. size() - 1
  virtual std::size_t size() const = 0;
  virtual std::size_t local_rank() const = 0;  ///< among the processes of this machine
  virtual std::size_t local_size() const = 0;
  bool first() const { return rank() == 0; }

  /// Sums over all processes, in place, with the same bits everywhere.
  virtual void sum(std::span<double> values) const = 0;
  /// What process 0 holds, everywhere.
  virtual void broadcast(std::span<std::byte> bytes) const = 0;
  virtual void barrier() const = 0;
  /// Throws UsageError when this build cannot exchange tensors of that device.
  virtual std::unique_ptr<TensorExchange> exchange(torch::Device device) const = 0;
  /// Ends all processes, wherever they are, with this exit code. Alone it does nothing.
  virtual void end_all(int exit_code) const = 0;

  /// Whether it holds for at least one process.
  bool any(bool mine) const;
  /// Throws DataError that says `what` when the text is not the same everywhere.
  void require_equal(const std::string& text, const char* what) const;
};

/// One process, without any other.
const ProcessGroup& alone();

/// The processes that were started together with this one. Throws UsageError when a launcher
/// started several but this build has no MPI, or MPI does not know of them. To be called once.
std::unique_ptr<const ProcessGroup> join_processes();

}  // namespace toolformer::finetune
