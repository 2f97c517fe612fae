// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/corpus/micro_batch.h"

namespace toolformer::finetune {

MicroBatch make_micro_batch(std::span<const calls::LabelledTokens* const> examples,
                            bool result_loss, torch::Device device) {
  std::vector<std::int64_t> ids, positions, rows, targets;
  MicroBatch batch;
  for (const calls::LabelledTokens* example : examples) {
    const std::size_t length = example->ids.size();
    for (std::size_t i = 0; i < length; ++i) {
      if (i + 1 < length && (result_loss || example->roles[i + 1] != calls::TokenRole::kResult)) {
        rows.push_back(static_cast<std::int64_t>(ids.size()));
        targets.push_back(example->ids[i + 1]);
        batch.roles.push_back(example->roles[i + 1]);
      }
      ids.push_back(example->ids[i]);
      positions.push_back(static_cast<std::int64_t>(i));
    }
    if (length > 0) batch.lengths.push_back(static_cast<std::int64_t>(length));
  }
  const auto tensor = [&](const std::vector<std::int64_t>& values) {
    return torch::tensor(values, torch::kInt64).to(device);
  };
  batch.ids = tensor(ids);
  batch.positions = tensor(positions);
  batch.rows = tensor(rows);
  batch.targets = tensor(targets);
  return batch;
}

}  // namespace toolformer::finetune
