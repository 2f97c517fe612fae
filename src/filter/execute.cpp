// SPDX-License-Identifier: Apache-2.0
#include "toolformer/filter/execute.h"

namespace toolformer::filter {
namespace {

std::string date_of(const record::Document& document) {
  const auto& meta = document.meta;
  if (!meta.is_object() || !meta.contains("date") || !meta["date"].is_string()) return "";
  return meta["date"].get<std::string>();
}

}  // namespace

const tools::Outcome& Executor::run(const Key& key, record::Summary& summary) {
  const auto& [tool, input, date] = key;
  const auto found = known_.find(key);
  if (found != known_.end()) return found->second;
  summary.count("executed." + tool + ".distinct");
  tools::CallContext context;
  if (!date.empty()) context.date = date;
  return known_.emplace(key, toolbox_.call(tool, input, context)).first->second;
}

void Executor::execute(record::Document& document, record::Summary& summary) {
  known_.clear();
  const std::string date = date_of(document);
  document.augmented.reset();
  for (record::Call& call : document.calls) {
    call.result.reset();
    call.error.reset();
    call.loss.reset();
    call.delta.reset();
    call.keep.reset();
    call.reason.reset();
    const tools::Outcome& outcome = run({call.tool, call.input, date}, summary);
    const std::string name = "executed." + call.tool + ".";
    summary.count(name + "calls");
    if (outcome.ok()) {
      call.result = outcome.result;
      summary.count(name + "ok");
    } else {
      call.error = record::CallError{outcome.error_kind, outcome.error_message};
      summary.count(name + "error." + outcome.error_kind);
    }
  }
}

}  // namespace toolformer::filter
