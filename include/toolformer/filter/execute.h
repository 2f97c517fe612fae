// SPDX-License-Identifier: Apache-2.0
// Step 1: runs the tools. Reads: tool, at, input of every call, and meta.date. Writes: result, or
// error; what later steps had written is dropped, since it belonged to another result. Needs no
// model.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "toolformer/record/document.h"
#include "toolformer/record/summary.h"
#include "toolformer/tools/toolbox.h"

namespace toolformer::filter {

class Executor {
 public:
  explicit Executor(const tools::Toolbox& toolbox) : toolbox_(toolbox) {}

  /// Counts per tool: executed.<tool>.{calls,distinct,ok,error.<kind>}.
  void execute(record::Document& document, record::Summary& summary);

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // tool, input, date
  const tools::Outcome& run(const Key& key, record::Summary& summary);

  const tools::Toolbox& toolbox_;
  std::map<Key, tools::Outcome>
      known_;  // of one document: what "distinct" counts must not depend on neighbours
};

}  // namespace toolformer::filter
