// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/other_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "toolformer/base/ascii.h"
#include "toolformer/base/error.h"
#include "toolformer/base/random.h"
#include "toolformer/base/sha256.h"
#include "toolformer/record/document_reader.h"

namespace toolformer::filter {
namespace {

constexpr std::size_t kLargestPool = 4096;
constexpr std::uint64_t kTries = 16;

base::KeyedRandom key_of(const record::Document& document, const record::Call& call,
                         std::uint64_t number) {
  return {
      0,
      {std::string_view(document.id), std::string_view("other result"), std::string_view(call.tool),
       std::uint64_t{call.at}, std::string_view(call.input), number}};
}

std::set<std::string> words_of(std::string_view text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text) {
    if (base::is_digit(c) || base::is_letter(c) || static_cast<unsigned char>(c) >= 0x80) {
      word += c;
    } else if (!word.empty()) {
      words.insert(std::exchange(word, ""));
    }
  }
  if (!word.empty()) words.insert(word);
  return words;
}

/// Whether half of the words of the shorter one stand in the longer.
bool are_alike(const std::string& one, const std::string& other) {
  if (one == other) return true;
  const std::set<std::string> left = words_of(one), right = words_of(other);
  const std::size_t shared = static_cast<std::size_t>(std::count_if(
      left.begin(), left.end(), [&](const std::string& word) { return right.count(word) > 0; }));
  return 2 * shared >= std::min(left.size(), right.size()) && shared > 0;
}

std::optional<std::string> choose(const std::vector<std::string>& results, const std::string& own,
                                  const base::KeyedRandom& draw) {
  for (std::uint64_t i = 0; i < kTries && !results.empty(); ++i) {
    const std::string& result = results[draw.bits(i) % results.size()];
    if (!are_alike(result, own)) return result;
  }
  return std::nullopt;
}

/// The distinct results of one tool, sorted.
std::vector<std::string> results_in(const record::Document& document, const std::string& tool) {
  std::set<std::string> results;
  for (const record::Call& call : document.calls)
    if (call.tool == tool && call.result) results.insert(*call.result);
  return {results.begin(), results.end()};
}

/// Results of the pool by tool and hash, so that which are kept does not depend on their order.
std::map<std::string, std::map<std::uint64_t, std::string>> read_pool(
    const std::filesystem::path& path) {
  record::RunOptions run;
  run.input = {path.string()};
  record::DocumentReader reader(run);
  std::map<std::string, std::map<std::uint64_t, std::string>> pool;
  while (const auto item = reader.next()) {
    if (item->reject) continue;
    for (const record::Call& call : item->document.calls) {
      if (!call.result) continue;
      auto& results = pool[call.tool];
      const base::KeyedRandom hash(0, {std::string_view("pool"), std::string_view(*call.result)});
      results.emplace(hash.bits(0), *call.result);
      if (results.size() > kLargestPool) results.erase(std::prev(results.end()));
    }
  }
  if (pool.empty()) {
    base::throw_error<base::UsageError>(
        "--others-from {}: no call there has a result; name the output of tf-filter --steps "
        "execute",
        path.string());
  }
  return pool;
}

}  // namespace

OtherResults::OtherResults(const tools::Toolbox& toolbox, Criteria criteria,
                           const Settings& settings)
    : toolbox_(toolbox), criteria_(std::move(criteria)), count_(settings.count) {
  if (settings.pool.empty()) return;
  for (const auto& [tool, results] : read_pool(settings.pool))
    for (const auto& [hash, result] : results) pool_[tool].push_back(result);
}

std::string OtherResults::fingerprint() const {
  if (pool_.empty()) return "";
  base::Sha256 hash;
  for (const auto& [tool, results] : pool_) {
    hash.update(fmt::format("{} {}\n", tool, results.size()));
    for (const std::string& result : results)
      hash.update(fmt::format("{}:{}", result.size(), result));
  }
  return hash.hex();
}

void OtherResults::draw(record::Document& document, const tools::CallContext& context) const {
  for (record::Call& call : document.calls) {
    if (call.result && criteria_.of(call.tool).baseline == Baseline::kOther)
      draw_for(call, document, context);
  }
}

void OtherResults::draw_for(record::Call& call, const record::Document& document,
                            const tools::CallContext& context) const {
  const tools::Toolbox::Entry* entry = toolbox_.find(call.tool);
  const auto pool = pool_.find(call.tool);
  std::vector<std::string> neighbours;
  for (std::uint64_t number = 0; number < count_; ++number) {
    const base::KeyedRandom key = key_of(document, call, number);
    std::optional<std::string> other;
    if (entry != nullptr) other = entry->other_result(call.input, *call.result, context, key);
    if (!other && pool != pool_.end()) other = choose(pool->second, *call.result, key);
    if (!other) {
      if (neighbours.empty()) neighbours = results_in(document, call.tool);
      other = choose(neighbours, *call.result, key);
    }
    const bool is_new =
        other && std::find(call.others.begin(), call.others.end(), *other) == call.others.end();
    if (is_new) call.others.push_back(std::move(*other));
  }
}

}  // namespace toolformer::filter
