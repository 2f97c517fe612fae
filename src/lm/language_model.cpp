// SPDX-License-Identifier: Apache-2.0
#include "toolformer/lm/language_model.h"

#include <deque>
#include <utility>

namespace toolformer::lm {
namespace {

class SequentialSampler : public Sampler {
 public:
  explicit SequentialSampler(LanguageModel& model) : model_(model) {}
  bool has_room() const override { return empty(); }
  bool empty() const override { return waiting_.empty(); }
  void add(std::size_t key, SampleRequest request) override {
    waiting_.emplace_back(key, std::move(request));
  }
  std::vector<Ended> step() override {
    std::vector<Ended> ended;
    if (empty()) return ended;
    ended.emplace_back(waiting_.front().first, model_.sample_one(waiting_.front().second));
    waiting_.pop_front();
    return ended;
  }

 private:
  LanguageModel& model_;
  std::deque<std::pair<std::size_t, SampleRequest>> waiting_;
};

}  // namespace

std::map<std::string, std::int64_t> WorkCounters::since(const WorkCounters& earlier) const {
  const auto done = [](std::uint64_t now, std::uint64_t before) {
    return static_cast<std::int64_t>(now - before);
  };
  return {{"work.tokens_forwarded", done(tokens_forwarded, earlier.tokens_forwarded)},
          {"work.tokens_reused", done(tokens_reused, earlier.tokens_reused)},
          {"work.head_rows", done(lm_head_rows, earlier.lm_head_rows)}};
}

std::unique_ptr<Sampler> LanguageModel::sampler() {
  return std::make_unique<SequentialSampler>(*this);
}

Sampled LanguageModel::sample_one(const SampleRequest& request) {
  return std::move(sample({&request, 1}).front());
}

std::vector<Sampled> LanguageModel::sample(std::span<const SampleRequest> requests) {
  std::vector<Sampled> results(requests.size());
  const std::unique_ptr<Sampler> together = sampler();
  for (std::size_t i = 0; i < requests.size(); ++i) together->add(i, requests[i]);
  while (!together->empty()) {
    for (auto& [index, sampled] : together->step()) results[index] = std::move(sampled);
  }
  return results;
}

}  // namespace toolformer::lm
