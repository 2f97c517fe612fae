// SPDX-License-Identifier: Apache-2.0
// Step 1: runs the tools. Reads: tool, at, input of every call, and meta.date. Writes: result, or
// error; `excluded`; `others` for calls of the baseline `other`; what later steps had written is
// dropped, since it belonged to another result. Needs no model.
#pragma once

#include <vector>

#include "toolformer/filter/other_results.h"
#include "toolformer/record/document.h"
#include "toolformer/record/item.h"
#include "toolformer/record/summary.h"
#include "toolformer/tools/dispatch/dispatcher.h"

namespace toolformer::filter {

class Executor {
 public:
  /// Both must outlive it.
  Executor(tools::Dispatcher& dispatcher, const OtherResults& others)
      : dispatcher_(dispatcher), others_(others) {}

  /// Begins the calls of all documents; execute() then waits only for what is not over yet.
  void announce(const std::vector<record::Item>& block);

  /// Counts per tool: executed.<tool>.{calls,distinct,ok,error.<kind>}, `distinct` within the
  /// document; executed.<tool>.{ran,retried,cached}: calls that the tool ran, further tries of
  /// them, and calls that the result cache of earlier runs knew; executed.<tool>.excluded: calls
  /// that would have found their own document. Throws Interrupted.
  void execute(record::Document& document, record::Summary& summary);

 private:
  tools::Dispatcher& dispatcher_;
  const OtherResults& others_;
};

}  // namespace toolformer::filter
