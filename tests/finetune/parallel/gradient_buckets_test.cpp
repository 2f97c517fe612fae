// SPDX-License-Identifier: Apache-2.0
// Layout and order, with a group that records; tests/finetune/ranks_test.py runs real processes.
#include "toolformer/finetune/parallel/gradient_buckets.h"

#include <gtest/gtest.h>

#include "finetune/tiny_model.h"

namespace toolformer::finetune {
namespace {

struct Record {
  std::vector<const void*> sums;  // where each summed tensor begins
  bool finished = false;
};

class RecordingExchange final : public TensorExchange {
 public:
  explicit RecordingExchange(Record& record) : record_(record) {}
  void all_reduce_async(const torch::Tensor& flat) override {
    record_.sums.push_back(flat.const_data_ptr());
  }
  void progress() override {}
  void finish_sums() override { record_.finished = true; }
  void all_gather(const torch::Tensor&) override {}

 private:
  Record& record_;
};

class Member final : public ProcessGroup {
 public:
  Member(std::size_t rank, std::size_t size, Record& record)
      : rank_(rank), size_(size), record_(record) {}
  std::size_t rank() const override { return rank_; }
  std::size_t size() const override { return size_; }
  std::size_t local_rank() const override { return rank_; }
  std::size_t local_size() const override { return size_; }
  void sum(std::span<double>) const override {}
  void broadcast(std::span<std::byte>) const override {}
  void barrier() const override {}
  std::unique_ptr<TensorExchange> exchange(torch::Device) const override {
    return std::make_unique<RecordingExchange>(record_);
  }
  void end_all(int) const override {}

 private:
  std::size_t rank_, size_;
  Record& record_;
};

TEST(GradientBuckets, TheSharesOfAllProcessesAreEveryNumberOnce) {
  const std::size_t size = 3;
  std::map<std::string, std::int64_t> covered;
  for (std::size_t rank = 0; rank < size; ++rank) {
    const model::Transformer transformer = tiny_model(tiny_config(true));
    Record record;
    const Member group(rank, size, record);
    const GradientBuckets buckets(transformer, group, 300);
    std::int64_t own = 0, all = 0;
    for (const auto& [name, tensor] : transformer.parameters()) {
      all += tensor.numel();
      const auto share = buckets.share(name);
      if (!share) continue;
      covered[name] += share->values.numel();
      own += share->values.numel();
      share->values.fill_(static_cast<double>(rank) + 1);
      EXPECT_GE(tensor.detach().eq(static_cast<double>(rank) + 1).sum().item<std::int64_t>(),
                share->values.numel());
    }
    EXPECT_LT(own, all / 2) << rank;
  }
  const model::Transformer whole = tiny_model(tiny_config(true));
  for (const auto& [name, tensor] : whole.parameters()) {
    EXPECT_EQ(covered[name], tensor.numel()) << name;
  }
}

TEST(GradientBuckets, TheModelComputesTheSame) {
  const model::Transformer plain = tiny_model(tiny_config(true)),
                           moved = tiny_model(tiny_config(true));
  Record record;
  const Member group(0, 2, record);
  const GradientBuckets buckets(moved, group);
  for (const auto& [name, tensor] : plain.parameters()) {
    EXPECT_TRUE(tensor.equal(moved.parameters().at(name))) << name;
  }
}

// Armed, the sums of early buckets begin within the backward pass, in the order of the buckets;
// what gets no gradient from the pass follows at its end.
TEST(GradientBuckets, SumsBeginWithinTheLastBackwardPassOnly) {
  const model::Transformer transformer = tiny_model(tiny_config(false));
  Record record;
  const Member group(0, 2, record);
  GradientBuckets buckets(transformer, group, 300);
  const auto backward = [&] {
    const torch::Tensor ids = torch::arange(5);
    model::PackedAttention attention({5});
    transformer.forward(ids, ids, attention).sum().backward();
  };
  backward();
  EXPECT_TRUE(record.sums.empty());
  buckets.begin_sums();
  backward();
  const std::size_t within = record.sums.size();
  EXPECT_GT(within, 3U);
  EXPECT_FALSE(record.finished);
  buckets.finish_sums();
  EXPECT_TRUE(record.finished);
  EXPECT_GT(record.sums.size(), within);  // the head
  const auto first = record.sums;
  record.sums.clear();
  buckets.finish_sums();  // of a process without a pack: the same sums in the same order
  EXPECT_EQ(record.sums, first);
}

TEST(GradientBuckets, AGradientThatChangesAfterItsSumIsAnError) {
  const model::Transformer transformer = tiny_model(tiny_config(true));
  Record record;
  const Member group(0, 2, record);
  GradientBuckets buckets(transformer, group, 300);
  const auto backward = [&] {
    const torch::Tensor ids = torch::arange(5);
    model::PackedAttention attention({5});
    transformer.forward(ids, ids, attention).sum().backward();
  };
  buckets.begin_sums();
  backward();
  EXPECT_THROW(backward(), c10::Error);
}

}  // namespace
}  // namespace toolformer::finetune
