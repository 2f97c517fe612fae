// SPDX-License-Identifier: Apache-2.0
// Which other results a call is compared with (Baseline::kOther). Each is drawn from a key made of
// the document's id, the tool, the place, the input and a number, so that neither shards nor order
// nor threads can change it. In this order of preference:
//   1. what the tool itself gives for a key: another day, another number, another page;
//   2. a result of the pool, that is, of the records of --others-from;
//   3. the result of another call of the same tool in the same document.
// One that shares half of its words with the call's own result is no other result.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "toolformer/filter/criterion.h"
#include "toolformer/record/document.h"
#include "toolformer/tools/dispatch/toolbox.h"

namespace toolformer::filter {

class OtherResults {
 public:
  struct Settings {
    std::size_t count = 1;       ///< for each call, where there are as many
    std::filesystem::path pool;  ///< records with results, as tf-filter writes them; empty: none
  };
  /// `toolbox` must outlive it. Reads the pool: at most 4,096 results of a tool, the same ones
  /// whatever their order. Throws UsageError where it holds no result.
  OtherResults(const tools::Toolbox& toolbox, Criteria criteria, const Settings& settings);

  /// Sets `others` of every call that has a result and is compared with some. `context` is the
  /// document's.
  void draw(record::Document& document, const tools::CallContext& context) const;

  /// SHA-256 of the pool; empty without one.
  std::string fingerprint() const;

 private:
  void draw_for(record::Call& call, const record::Document& document,
                const tools::CallContext& context) const;

  const tools::Toolbox& toolbox_;
  Criteria criteria_;
  std::size_t count_;
  std::map<std::string, std::vector<std::string>, std::less<>> pool_;  // by tool, sorted
};

}  // namespace toolformer::filter
