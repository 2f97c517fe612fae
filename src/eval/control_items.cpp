// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/control_items.h"

#include <utility>
#include <vector>

#include "toolformer/calls/call_syntax.h"
#include "toolformer/tools/contract/document_context.h"

namespace toolformer::eval {
namespace {

std::string ideal_input(const record::Document& item) {
  const auto input = item.meta.find("ideal");
  return input == item.meta.end() ? "" : input->get<std::string>();
}

tools::Request request_of(const Task& task, const record::Document& item) {
  const tools::CallContext context = tools::context_of(item);
  return {task.ideal_tool, ideal_input(item), context.date, context.own};
}

}  // namespace

ControlItems control_items(const Task& task, const Items& items, Control control, RunTools& tools) {
  std::vector<tools::Request> requests;
  for (const record::Document& item : items.documents) requests.push_back(request_of(task, item));
  const std::vector<tools::Answer> answers = tools.call_all(requests);
  ControlItems made{.items = items, .errors = {}};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const tools::Outcome& outcome = answers[i].outcome;
    if (!outcome.ok()) {
      ++made.errors[outcome.error_kind];
      continue;
    }
    std::string& prompt = made.items.documents[i].text;
    if (control == Control::kRetrieval) {
      prompt = outcome.result + "\n" + prompt;
    } else {
      prompt += calls::print_call({}, {task.ideal_tool, requests[i].input, outcome.result});
    }
  }
  return made;
}

}  // namespace toolformer::eval
