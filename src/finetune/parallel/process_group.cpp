// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/parallel/process_group.h"

#include <algorithm>
#include <cstdlib>

#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"
#include "toolformer/finetune/parallel/mpi_process_group.h"

namespace toolformer::finetune {
namespace {

class Alone final : public ProcessGroup {
 public:
  std::size_t rank() const override { return 0; }
  std::size_t size() const override { return 1; }
  std::size_t local_rank() const override { return 0; }
  std::size_t local_size() const override { return 1; }
  void sum(std::span<double>) const override {}
  void broadcast(std::span<std::byte>) const override {}
  void barrier() const override {}
  std::unique_ptr<TensorExchange> exchange(torch::Device) const override { return nullptr; }
  void end_all(int) const override {}
};

std::size_t number_in_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? 0 : std::strtoul(value, nullptr, 10);
}

/// How many processes the launcher says it started: mpirun of Open MPI, of MPICH, srun.
std::size_t launched() {
  std::size_t most = 1;
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"}) {
    most = std::max(most, number_in_environment(name));
  }
  return most;
}

}  // namespace

bool ProcessGroup::any(bool mine) const {
  double count = mine ? 1 : 0;
  sum({&count, 1});
  return count > 0;
}

void ProcessGroup::require_equal(const std::string& text, const char* what) const {
  base::Sha256 hash;
  hash.update(text);
  const std::string own = hash.hex();
  std::string expected = own;
  broadcast(std::as_writable_bytes(std::span(expected)));
  if (any(own != expected)) {
    base::throw_error<base::DataError>(
        "{} are not the same for all {} processes; every one must read the same files with the "
        "same flags",
        what, size());
  }
}

const ProcessGroup& alone() {
  static const Alone one;
  return one;
}

std::unique_ptr<const ProcessGroup> join_processes() {
  const std::size_t expected = launched();
  // Alone, MPI is left out: starting it takes longer than a small run.
  if (expected == 1) return std::make_unique<Alone>();
  return join_mpi(expected);
}

}  // namespace toolformer::finetune
