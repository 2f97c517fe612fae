// SPDX-License-Identifier: Apache-2.0
// Which type of number this processor multiplies fastest: measured, since it depends on its
// instructions.
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

namespace toolformer::model {

/// How fast one thread multiplies in one type, in 1e9 operations a CPU second.
struct ProductSpeed {
  torch::Dtype dtype = torch::kFloat32;
  double few_rows = 0;   ///< 8 rows: a pool of samples that runs dry
  double many_rows = 0;  ///< 64 rows: a full one
};

/// float32 first, then bfloat16 and float16 as far as oneDNN has kernels for them here. Takes some
/// 50 milliseconds; sets libtorch to one thread.
std::vector<ProductSpeed> measure_products();

/// The type to compute in. In half precision everything between the matrices is slower than our own
/// float32 kernels, and a row's result depends on the others: it is chosen only where its products
/// are at least three times as fast at both sizes, as with AMX, and not where they are twice as
/// fast, as with AVX512-BF16.
torch::Dtype fastest(const std::vector<ProductSpeed>& speeds);

/// "float32", "bfloat16", "float16".
std::string dtype_name(torch::Dtype dtype);

}  // namespace toolformer::model
