// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/execute.h"

#include <set>
#include <utility>

#include "toolformer/tools/contract/document_context.h"

namespace toolformer::filter {
namespace {

std::vector<tools::Request> requests_of(const record::Document& document,
                                        const tools::CallContext& context) {
  std::vector<tools::Request> requests;
  for (const record::Call& call : document.calls)
    requests.push_back({call.tool, call.input, context.date, context.own});
  return requests;
}

void count(const record::Call& call, const tools::Answer& answer, record::Summary& summary) {
  const std::string name = "executed." + call.tool + ".";
  summary.count(name + "calls");
  summary.count(name + (call.error ? "error." + call.error->kind : "ok"));
  if (!call.excluded.empty()) summary.count(name + "excluded");
  if (answer.cached) summary.count(name + "cached");
  if (answer.tries > 0) summary.count(name + "ran");
  if (answer.tries > 1) {
    summary.count(name + "retried", static_cast<std::int64_t>(answer.tries - 1));
  }
}

}  // namespace

void Executor::announce(const std::vector<record::Item>& block) {
  for (const record::Item& item : block) {
    dispatcher_.prefetch(requests_of(item.document, tools::context_of(item.document)));
  }
}

void Executor::execute(record::Document& document, record::Summary& summary) {
  const tools::CallContext context = tools::context_of(document);
  const std::vector<tools::Answer> answers = dispatcher_.call_all(requests_of(document, context));
  std::set<std::pair<std::string, std::string>> distinct;
  document.augmented.reset();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    record::Call& call = document.calls[i];
    const tools::Outcome& outcome = answers[i].outcome;
    call.result.reset();
    call.others.clear();
    call.excluded = outcome.excluded;
    call.error.reset();
    call.loss.reset();
    call.delta.reset();
    call.keep.reset();
    call.reason.reset();
    if (outcome.ok()) {
      call.result = outcome.result;
    } else {
      call.error = record::CallError{outcome.error_kind, outcome.error_message};
    }
    count(call, answers[i], summary);
    if (distinct.emplace(call.tool, call.input).second) {
      summary.count("executed." + call.tool + ".distinct");
    }
  }
  others_.draw(document, context);
}

}  // namespace toolformer::filter
