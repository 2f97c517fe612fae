// SPDX-License-Identifier: Apache-2.0
#include "toolformer/model/cpu/shared_attention.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "toolformer/model/cpu/widest_instructions.h"

namespace toolformer::model {
namespace {

constexpr int kQueries = 6;  // with two vectors of keys: as many sums as registers hold
constexpr int kLanes = 16;
constexpr std::int64_t kBlock = 128;  // keys whose scores are held at once
static_assert(kKeyStep == 2 * kLanes && kBlock % kKeyStep == 0);

// Numbers that one instruction works on, or several where they are shorter.
using Floats [[gnu::vector_size(4 * kLanes)]] = float;
using Ints [[gnu::vector_size(4 * kLanes)]] = std::int32_t;

/// Some queries of one key/value head, on their way through the keys. Unused ones see nothing.
struct Tile {
  std::array<const float*, kQueries> q;  // [D]
  std::array<std::int64_t, kQueries> first, behind;
  std::array<float, kQueries> largest, total;  // of the scores so far, and of their exponentials
  std::int64_t begin = 0, end = 0;             // keys that some query sees
};

struct Head {
  const float* keys;    // [D, stride]
  const float* values;  // [S, width]
  std::int64_t dim, stride, width;
  float scale;
};

[[gnu::always_inline]] inline void load(Floats& to, const float* from) {
  std::memcpy(&to, from, sizeof to);
}
[[gnu::always_inline]] inline void store(float* to, const Floats& from) {
  std::memcpy(to, &from, sizeof from);
}

/// x = exp(x) for x <= 0, to one unit in the last place or two; 0 below -87. Polynomial of the
/// Cephes library's expf.
[[gnu::always_inline]] inline void exponential(Floats& x) {
  constexpr float kRound = 12582912.F;  // 1.5 * 2^23: adding it leaves no place for a fraction
  const Ints vanishes = x < -87.F;
  const Floats bounded = vanishes ? Floats{} : x;
  const Floats n = (bounded * 1.44269504F + kRound) - kRound;
  const Floats r = bounded - n * 0.693359375F + n * 2.12194440e-4F;
  Floats y = r * 1.9875691500e-4F + 1.3981999507e-3F;
  y = y * r + 8.3334519073e-3F;
  y = y * r + 4.1665795894e-2F;
  y = y * r + 1.6666665459e-1F;
  y = y * r + 5.0000001201e-1F;
  y = y * r * r + r + 1.F;
  const Ints power = (__builtin_convertvector(n, Ints) + 127) << 23;
  Floats scaled;
  std::memcpy(&scaled, &power, sizeof scaled);
  x = vanishes ? Floats{} : y * scaled;
}

/// scores[query][key - block] of the keys [block, block + kBlock); -inf where a query does not
/// look.
[[gnu::always_inline]] inline void score_block(const Tile& tile, const Head& head,
                                               std::int64_t block, std::int64_t end,
                                               float (*scores)[kBlock]) {
  for (std::int64_t key = block; key < end; key += kKeyStep) {
    Floats sums[kQueries][2] = {};
    for (std::int64_t d = 0; d < head.dim; ++d) {
      Floats k0, k1;
      load(k0, head.keys + d * head.stride + key);
      load(k1, head.keys + d * head.stride + key + kLanes);
#pragma GCC unroll 6
      for (int i = 0; i < kQueries; ++i) {
        sums[i][0] += k0 * tile.q[i][d];
        sums[i][1] += k1 * tile.q[i][d];
      }
    }
#pragma GCC unroll 6
    for (int i = 0; i < kQueries; ++i) {
      store(scores[i] + key - block, sums[i][0] * head.scale);
      store(scores[i] + key - block + kLanes, sums[i][1] * head.scale);
    }
  }
  for (int i = 0; i < kQueries; ++i) {
    const auto padded = block + (end - block + kKeyStep - 1) / kKeyStep * kKeyStep;
    for (auto key = block; key < std::min(tile.first[i], padded); ++key)
      scores[i][key - block] = -INFINITY;
    for (auto key = std::max(tile.behind[i], block); key < padded; ++key)
      scores[i][key - block] = -INFINITY;
  }
}

/// Turns the scores of one query into weights against the largest score so far; the factor by which
/// what was summed before shrinks.
[[gnu::always_inline]] inline float weigh(float* scores, std::int64_t count, float& largest,
                                          float& total) {
  Floats highest = Floats{} - INFINITY;
  for (std::int64_t i = 0; i < count; i += kLanes) {
    Floats s;
    load(s, scores + i);
    highest = s > highest ? s : highest;
  }
  float block_largest = highest[0];
  for (int lane = 1; lane < kLanes; ++lane) block_largest = std::max(block_largest, highest[lane]);
  if (block_largest == -INFINITY) {
    std::fill(scores, scores + count, 0.F);
    return 1;
  }
  const float next = std::max(largest, block_largest);
  Floats sum = {};
  for (std::int64_t i = 0; i < count; i += kLanes) {
    Floats s;
    load(s, scores + i);
    s -= next;
    exponential(s);
    sum += s;
    store(scores + i, s);
  }
  float block_total = 0;
  for (int lane = 0; lane < kLanes; ++lane) block_total += sum[lane];
  const float factor = largest == -INFINITY ? 0.F : std::exp(largest - next);
  largest = next;
  total = total * factor + block_total;
  return factor;
}

/// sums[query] = factor * sums[query] + weights . values
[[gnu::always_inline]] inline void add_values(const Head& head, std::int64_t block,
                                              std::int64_t end, const float (*weights)[kBlock],
                                              const float* factors, float* sums) {
  for (std::int64_t d = 0; d < head.width; d += kKeyStep) {
    Floats part[kQueries][2];
#pragma GCC unroll 6
    for (int i = 0; i < kQueries; ++i) {
      load(part[i][0], sums + i * head.width + d);
      load(part[i][1], sums + i * head.width + d + kLanes);
      part[i][0] *= factors[i];
      part[i][1] *= factors[i];
    }
    for (std::int64_t key = block; key < end; ++key) {
      Floats v0, v1;
      load(v0, head.values + key * head.width + d);
      load(v1, head.values + key * head.width + d + kLanes);
#pragma GCC unroll 6
      for (int i = 0; i < kQueries; ++i) {
        part[i][0] += v0 * weights[i][key - block];
        part[i][1] += v1 * weights[i][key - block];
      }
    }
#pragma GCC unroll 6
    for (int i = 0; i < kQueries; ++i) {
      store(sums + i * head.width + d, part[i][0]);
      store(sums + i * head.width + d + kLanes, part[i][1]);
    }
  }
}

/// sums [kQueries, width]: the weighted values, not yet divided by the total. Blocks begin at the
/// same keys whatever the tile, and one that a query does not see leaves it as it is, to the bit.
TOOLFORMER_WIDEST void attend_tile(Tile& tile, const Head& head, float* sums) {
  float scores[kQueries][kBlock];
  float factors[kQueries];
  std::fill(sums, sums + kQueries * head.width, 0.F);
  for (auto block = tile.begin / kBlock * kBlock; block < tile.end; block += kBlock) {
    const auto end = std::min(block + kBlock, tile.end);
    const auto padded = (end - block + kKeyStep - 1) / kKeyStep * kKeyStep;
    score_block(tile, head, block, end, scores);
    for (int i = 0; i < kQueries; ++i)
      factors[i] = weigh(scores[i], padded, tile.largest[i], tile.total[i]);
    add_values(head, block, end, scores, factors, sums);
  }
}

/// One softmax out of two that know their log-sum-exp.
void join_row(const float* sums, float largest, float total, std::int64_t dim, float* out,
              float& lse) {
  if (total <= 0) return;  // sees none of the keys
  const float part = largest + std::log(total);
  const float weight = 1 / (1 + std::exp(lse - part));
  for (std::int64_t d = 0; d < dim; ++d) out[d] += weight * (sums[d] / total - out[d]);
  lse = std::max(lse, part) + std::log1p(std::exp(-std::abs(part - lse)));
}

}  // namespace

PackedKv pack_kv(const torch::Tensor& keys, const torch::Tensor& values) {
  const auto fill_up = [](const torch::Tensor& x) {
    const auto missing = (kKeyStep - x.size(-1) % kKeyStep) % kKeyStep;
    return (missing > 0 ? torch::constant_pad_nd(x, {0, missing}) : x).contiguous();
  };
  return {fill_up(keys.transpose(-1, -2)), fill_up(values)};
}

void attend_shared(const KeyRanges& ranges, const torch::Tensor& q, const PackedKv& shared,
                   double scale, torch::Tensor& out, torch::Tensor& lse) {
  const auto heads = q.size(1), dim = q.size(2), groups = shared.keys.size(0);
  const auto together = heads / groups;  // query heads of one key/value head
  const auto rows = static_cast<std::int64_t>(ranges.tokens.size()) * together;
  const auto tiles = (rows + kQueries - 1) / kQueries;
  const auto width = shared.values.size(2);
  const float* queries = q.data_ptr<float>();
  float* outs = out.data_ptr<float>();
  float* lses = lse.data_ptr<float>();
  at::parallel_for(0, groups * tiles, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> sums(static_cast<std::size_t>(kQueries * width));
    for (auto t = begin; t < end; ++t) {
      const auto group = t / tiles, row = t % tiles * kQueries;
      const auto count = std::min<std::int64_t>(kQueries, rows - row);
      Tile tile{.begin = shared.values.size(1)};
      std::array<std::int64_t, kQueries> place{};  // of token and head
      tile.q.fill(queries);                        // unused queries see nothing
      tile.largest.fill(-INFINITY);
      for (std::int64_t i = 0; i < count; ++i) {
        const auto n = static_cast<std::size_t>((row + i) / together);
        const auto at = static_cast<std::size_t>(i);
        place[at] = ranges.tokens[n] * heads + group * together + (row + i) % together;
        tile.q[at] = queries + place[at] * dim;
        tile.first[at] = std::max<std::int64_t>(ranges.first[n], 0);
        tile.behind[at] = ranges.behind[n];
        tile.begin = std::min(tile.begin, tile.first[at]);
        tile.end = std::max(tile.end, tile.behind[at]);
      }
      const auto keys = shared.keys[group], values = shared.values[group];
      attend_tile(tile,
                  {keys.data_ptr<float>(), values.data_ptr<float>(), dim, keys.stride(0), width,
                   static_cast<float>(scale)},
                  sums.data());
      for (std::int64_t i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        join_row(sums.data() + i * width, tile.largest[at], tile.total[at], dim,
                 outs + place[at] * dim, lses[place[at]]);
      }
    }
  });
}

}  // namespace toolformer::model
