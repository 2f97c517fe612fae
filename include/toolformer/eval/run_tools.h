// SPDX-License-Identifier: Apache-2.0
// The tools of a run of tf-eval: made once for all models, rows and tasks, and only when one needs
// them. All calls go through one dispatcher, so what several models ask is executed once.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "toolformer/decode/tool_decoding.h"
#include "toolformer/eval/options.h"
#include "toolformer/eval/task.h"
#include "toolformer/tools/dispatch/dispatcher.h"
#include "toolformer/tools/dispatch/toolbox.h"

namespace toolformer::eval {

class RunTools {
 public:
  explicit RunTools(const Options& options) : options_(options) {}

  /// What the run has, less what the task does not allow. Throws as make_toolbox does.
  tools::Toolbox allowed(const Task& task);
  /// Runs calls of those tools; results of remote ones are kept in --tool-cache, or beside the
  /// output.
  decode::SubmitCall submit();
  /// The same, but a call that succeeds gets the result of another call of its tool in this cell of
  /// real results, drawn by the item, the tool and the input. Where the cell has no other: the
  /// error no_other_result.
  decode::SubmitCall submit_shuffled(const std::filesystem::path& cell);
  /// Answers in the order of the requests.
  std::vector<tools::Answer> call_all(std::span<const tools::Request> requests);

 private:
  void make();

  const Options& options_;
  tools::Toolbox toolbox_;
  std::unique_ptr<tools::Dispatcher> dispatcher_;  // none until a row needs tools
};

}  // namespace toolformer::eval
