// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/engine/next_token.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "toolformer/model/engine/device_choice.h"

namespace toolformer::model {
namespace {

constexpr std::int64_t kBlock = 512;  // ids summed at once; the search then looks into one block

/// Weights whose cumulative sum can be searched. weights [n], any order, not negative.
class Cumulative {
 public:
  explicit Cumulative(const torch::Tensor& weights) : weights_(weights) {
    const auto n = weights.size(0), blocks = (n + kBlock - 1) / kBlock;
    const auto whole =
        n % kBlock == 0 ? weights : torch::constant_pad_nd(weights, {0, blocks * kBlock - n});
    const auto sums = whole.view({blocks, kBlock}).sum(1).to(torch::kFloat64).cpu();
    const double* sum = sums.data_ptr<double>();
    double total = 0;
    for (std::int64_t b = 0; b < blocks; ++b) ends_.push_back(total += sum[b]);
  }

  /// The first index whose cumulative weight exceeds u * total.
  std::int64_t find(double u) const {
    const double target = u * ends_.back();
    const auto found = std::upper_bound(ends_.begin(), ends_.end() - 1, target);
    const auto block = found - ends_.begin();
    double sum = block > 0 ? ends_[static_cast<std::size_t>(block) - 1] : 0.0;
    const auto begin = block * kBlock, end = std::min(begin + kBlock, weights_.size(0));
    const auto inside = weights_.narrow(0, begin, end - begin).cpu();
    const float* weight = inside.data_ptr<float>();
    std::int64_t last = 0;  // rounding may land behind the last id that has any weight
    for (std::int64_t i = 0; i < end - begin; ++i) {
      if (weight[i] <= 0) continue;
      last = i;
      if ((sum += weight[i]) > target) break;
    }
    return begin + last;
  }

 private:
  torch::Tensor weights_;
  std::vector<double> ends_;  // cumulative, of each block
};

/// A draw from the most likely ids only.
std::int64_t draw_from_most_likely(const torch::Tensor& probabilities,
                                   const lm::SamplingOptions& options, double u) {
  const auto vocab = probabilities.size(0);
  const auto count = options.top_k > 0
                         ? std::min<std::int64_t>(static_cast<std::int64_t>(options.top_k), vocab)
                         : vocab;
  auto [sorted, ids] = probabilities.topk(count);
  if (options.top_p < 1.0) {
    const auto before = sorted.cumsum(0, torch::kFloat64) - sorted;
    sorted = sorted.masked_fill(before >= options.top_p * sorted.sum(), 0.0);
  }
  return ids[Cumulative(sorted).find(u)].item<std::int64_t>();
}

/// The distributions of one row, each made when first asked for.
class RowChooser {
 public:
  /// row [vocab]; probabilities: its softmax.
  RowChooser(torch::Tensor row, torch::Tensor probabilities)
      : row_(std::move(row)), probabilities_(std::move(probabilities)) {}

  std::int64_t choose(const Choice& choice) {
    if (!choice.call.open) return draw(choice);
    const auto open = static_cast<std::int64_t>(*choice.call.open);
    if (choice.call.top_k > 0) return opens(choice.call, open) ? open : draw(choice);
    const auto others = without(open);
    return RowChooser(others, torch::softmax(others, 0)).draw(choice);
  }

 private:
  torch::Tensor without(std::int64_t id) const {
    auto row = row_.clone();
    row[id] = -std::numeric_limits<float>::infinity();
    return row;
  }

  bool opens(const lm::CallRule& rule, std::int64_t open) const {
    const auto likelier = (row_ > row_[open]).sum().item<std::int64_t>();
    if (likelier >= static_cast<std::int64_t>(rule.top_k)) return false;
    if (rule.least_p > 0 && probabilities_[open].item<double>() < rule.least_p) return false;
    if (rule.least_ratio <= 0) return true;
    const double log_ratio = row_[open].item<double>() - without(open).max().item<double>();
    return log_ratio >= std::log(rule.least_ratio);
  }

  std::int64_t draw(const Choice& choice) {
    const lm::SamplingOptions& sampling = choice.sampling;
    if (sampling.temperature <= 0) return row_.argmax().item<std::int64_t>();
    if (sampling.top_k > 0 || sampling.top_p < 1.0)
      return draw_from_most_likely(probabilities_at(sampling.temperature), sampling,
                                   choice.uniform);
    const auto found = cumulative_.find(sampling.temperature);
    if (found != cumulative_.end()) return found->second.find(choice.uniform);
    return cumulative_.try_emplace(sampling.temperature, probabilities_at(sampling.temperature))
        .first->second.find(choice.uniform);
  }

  torch::Tensor probabilities_at(double temperature) const {
    return temperature == 1 ? probabilities_ : torch::softmax(row_ / temperature, 0);
  }

  torch::Tensor row_, probabilities_;
  std::map<double, Cumulative> cumulative_;  // by temperature
};

/// logits and their softmax [rows, vocab] -> [rows]. The softmax kernel works row by row, which the
/// general reductions do not; the largest probability is at least 1 / vocab, so its logarithm is
/// exact enough.
torch::Tensor normalizers_of(const torch::Tensor& logits, const torch::Tensor& probabilities) {
  return logits.amax(1) - probabilities.amax(1).log();
}

}  // namespace

torch::Tensor log_normalizers(const torch::Tensor& logits) {
  return normalizers_of(logits, torch::softmax(logits, 1));
}

std::vector<NextToken> choose_next(const torch::Tensor& logits,
                                   const std::vector<Choice>& choices) {
  if (!logits.device().is_cpu()) return choose_on_device(logits, choices);
  const auto probabilities = torch::softmax(logits, 1);
  const auto normalizers = normalizers_of(logits, probabilities).cpu();
  std::vector<RowChooser> rows;
  for (std::int64_t r = 0; r < logits.size(0); ++r) rows.emplace_back(logits[r], probabilities[r]);
  std::vector<NextToken> tokens;
  tokens.reserve(choices.size());
  for (const Choice& choice : choices) {
    const auto id = rows[static_cast<std::size_t>(choice.row)].choose(choice);
    const auto logprob =
        logits[choice.row][id].item<float>() - normalizers[choice.row].item<float>();
    tokens.push_back({static_cast<text::TokenId>(id), logprob});
  }
  return tokens;
}

}  // namespace toolformer::model
