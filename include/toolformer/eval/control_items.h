// SPDX-License-Identifier: Apache-2.0
// The items of a task as a ceiling or a control has them. Both need the call that the task names as
// ideal; an item whose call has no result stays as it is.
//   kIdeal      the call with its result stands behind the prompt, as text: what would a model
//   answer
//               that always calls, and always well?
//   kRetrieval  the result stands before the prompt on a line of its own: what does the knowledge
//               alone do, without tool use?
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "toolformer/eval/items.h"
#include "toolformer/eval/options.h"
#include "toolformer/eval/run_tools.h"
#include "toolformer/eval/task.h"

namespace toolformer::eval {

struct ControlItems {
  Items items;
  std::map<std::string, std::size_t> errors;  ///< items that stayed as they were, by kind of error
};

ControlItems control_items(const Task& task, const Items& items, Control control, RunTools& tools);

}  // namespace toolformer::eval
