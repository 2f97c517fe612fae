// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/branch_attention.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "toolformer/base/error.h"

namespace toolformer::model {
namespace {

// Query heads that share a key/value head become rows of one product: [N, H, D] -> [1, G, (H/G) *
// N, D].
torch::Tensor fold_heads(const torch::Tensor& q, std::int64_t groups) {
  const auto n = q.size(0), heads = q.size(1), dim = q.size(2);
  return q.view({n, groups, heads / groups, dim})
      .permute({1, 2, 0, 3})
      .reshape({1, groups, heads / groups * n, dim});
}

torch::Tensor unfold_heads(const torch::Tensor& out, std::int64_t n, std::int64_t heads) {
  const auto groups = out.size(1), dim = out.size(3);
  return out.view({groups, heads / groups, n, dim}).permute({2, 0, 1, 3}).reshape({n, heads, dim});
}

}  // namespace

BranchAttention::BranchAttention(const ModelConfig& config, torch::TensorOptions options,
                                 const CachedState* base, std::vector<std::int64_t> limits,
                                 std::int64_t capacity)
    : limits_(std::move(limits)), options_(options) {
  for (const auto limit : limits_) stored_ = std::max(stored_, limit);
  if (stored_ > 0 && (base == nullptr || base->hidden.size(0) < stored_)) {
    base::throw_error<base::IoError>("internal: a row continues more tokens than its state holds");
  }
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    for (auto* buffers : {&keys_, &values_}) {
      auto buffer = torch::empty({config.kv_heads, stored_ + capacity, config.head_dim}, options);
      if (stored_ > 0) {
        const auto& source = buffers == &keys_ ? base->keys : base->values;
        buffer.narrow(1, 0, stored_)
            .copy_(source[static_cast<std::size_t>(layer)].narrow(1, 0, stored_));
      }
      buffers->push_back(std::move(buffer));
    }
  }
}

void BranchAttention::begin_pass(const std::vector<RowToken>& tokens) {
  own_.insert(own_.end(), tokens.begin(), tokens.end());
  pass_ = static_cast<std::int64_t>(tokens.size());
  masks_.clear();
}

torch::Tensor BranchAttention::mask_for(std::int64_t window) {
  if (const auto found = masks_.find(window); found != masks_.end()) return found->second;
  const auto own = static_cast<std::int64_t>(own_.size());
  const auto keys = stored_ + own;
  auto mask = torch::full({pass_, keys}, -std::numeric_limits<float>::infinity(), torch::kFloat32);
  auto* cell = mask.data_ptr<float>();
  for (std::int64_t n = 0; n < pass_; ++n, cell += keys) {
    const RowToken query = own_[static_cast<std::size_t>(own - pass_ + n)];
    const auto first = window > 0 ? std::max<std::int64_t>(0, query.position - window + 1) : 0;
    const auto limit = limits_[static_cast<std::size_t>(query.row)];
    for (auto j = first; j < limit; ++j) cell[j] = 0;
    for (std::int64_t m = 0; m <= own - pass_ + n; ++m) {
      const RowToken key = own_[static_cast<std::size_t>(m)];
      if (key.row == query.row && key.position >= first) cell[stored_ + m] = 0;
    }
  }
  return masks_.emplace(window, mask.to(options_)).first->second;
}

torch::Tensor BranchAttention::attend(const AttentionLayer& layer, const torch::Tensor& q,
                                      const torch::Tensor& k, const torch::Tensor& v) {
  const auto index = static_cast<std::size_t>(layer.index);
  const auto used = stored_ + static_cast<std::int64_t>(own_.size());
  const auto groups = k.size(1);
  keys_[index].narrow(1, used - pass_, pass_).copy_(k.transpose(0, 1));
  values_[index].narrow(1, used - pass_, pass_).copy_(v.transpose(0, 1));
  // A row that sees everything needs no mask entry beyond causality, but one dense mask keeps every
  // case the same.
  const auto mask = mask_for(layer.window).repeat({q.size(1) / groups, 1});
  const auto out = at::scaled_dot_product_attention(
      fold_heads(q, groups), keys_[index].narrow(1, 0, used).unsqueeze(0),
      values_[index].narrow(1, 0, used).unsqueeze(0), mask, /*dropout_p=*/0.0, /*is_causal=*/false,
      layer.scale);
  return unfold_heads(out, q.size(0), q.size(1));
}

std::shared_ptr<CachedState> BranchAttention::state_of(std::int64_t row,
                                                       torch::Tensor hidden) const {
  std::vector<std::int64_t> index;
  for (std::int64_t j = 0; j < limits_[static_cast<std::size_t>(row)]; ++j) index.push_back(j);
  for (std::size_t m = 0; m < own_.size(); ++m) {
    if (own_[m].row == row) index.push_back(stored_ + static_cast<std::int64_t>(m));
  }
  const auto where = torch::tensor(index, torch::kInt64).to(options_.device());
  auto state = std::make_shared<CachedState>();
  state->hidden = std::move(hidden);
  for (std::size_t layer = 0; layer < keys_.size(); ++layer) {
    state->keys.push_back(keys_[layer].index_select(1, where));
    state->values.push_back(values_[layer].index_select(1, where));
  }
  return state;
}

}  // namespace toolformer::model
