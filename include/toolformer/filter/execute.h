// SPDX-License-Identifier: Apache-2.0
// Step 1: runs the tools. Reads: tool, at, input of every call, and meta.date. Writes: result, or
// error; what later steps had written is dropped, since it belonged to another result. Needs no
// model.
#pragma once

#include <vector>

#include "toolformer/record/document.h"
#include "toolformer/record/item.h"
#include "toolformer/record/summary.h"
#include "toolformer/tools/dispatch/dispatcher.h"

namespace toolformer::filter {

class Executor {
 public:
  explicit Executor(tools::Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  /// Begins the calls of all documents; execute() then waits only for what is not over yet.
  void announce(const std::vector<record::Item>& block);

  /// Counts per tool: executed.<tool>.{calls,distinct,ok,error.<kind>}, `distinct` within the
  /// document; executed.<tool>.{ran,retried,cached}: calls that the tool ran, further tries of
  /// them, and calls that the result cache of earlier runs knew. Throws Interrupted.
  void execute(record::Document& document, record::Summary& summary);

 private:
  tools::Dispatcher& dispatcher_;
};

}  // namespace toolformer::filter
