// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/run_tools.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "toolformer/base/random.h"
#include "toolformer/record/document_reader.h"
#include "toolformer/tools/builtin/iso_date.h"

namespace toolformer::eval {
namespace {

bool holds(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

using ResultsByTool = std::map<std::string, std::vector<std::string>, std::less<>>;

/// The distinct results in a cell, sorted.
ResultsByTool results_in(const std::filesystem::path& cell) {
  std::map<std::string, std::set<std::string>> found;
  record::RunOptions run;
  run.input = {cell.string()};
  record::DocumentReader reader(run);
  while (const auto item = reader.next()) {
    for (const record::Call& call : item->document.calls)
      if (call.result) found[call.tool].insert(*call.result);
  }
  ResultsByTool results;
  for (auto& [tool, texts] : found) results[tool] = {texts.begin(), texts.end()};
  return results;
}

tools::Outcome shuffled(tools::Outcome outcome, const decode::CallRequest& request,
                        const ResultsByTool& results) {
  constexpr std::uint64_t kTries = 64;
  if (!outcome.ok()) return outcome;
  const std::string item = request.context.own ? request.context.own->key() : "";
  const base::KeyedRandom draw(
      0, {std::string_view("shuffled"), std::string_view(item), std::string_view(request.tool),
          std::string_view(request.input)});
  const auto found = results.find(request.tool);
  for (std::uint64_t i = 0; found != results.end() && i < kTries; ++i) {
    const std::string& other = found->second[draw.bits(i) % found->second.size()];
    if (other != outcome.result) return tools::Outcome::value(other);
  }
  return tools::Outcome::error("no_other_result", "no other item has a result of this tool");
}

}  // namespace

void RunTools::make() {
  if (dispatcher_) return;
  tools::ToolboxOptions settings = options_.toolbox;
  settings.default_now = tools::today();
  toolbox_ = tools::make_toolbox(settings);
  std::filesystem::path cache = options_.toolbox.cache;
  if (cache.empty()) cache = std::filesystem::path(options_.run.output) / "tool-cache.sqlite";
  dispatcher_ =
      std::make_unique<tools::Dispatcher>(toolbox_, tools::DispatcherOptions{.cache = cache});
}

tools::Toolbox RunTools::allowed(const Task& task) {
  make();
  return toolbox_.those([&](const std::string& name) {
    return (task.tools.empty() || holds(task.tools, name)) && !holds(task.without_tools, name);
  });
}

decode::SubmitCall RunTools::submit() {
  make();
  return decode::submit_to(*dispatcher_);
}

decode::SubmitCall RunTools::submit_shuffled(const std::filesystem::path& cell) {
  const auto results = std::make_shared<const ResultsByTool>(results_in(cell));
  return [real = submit(), results](const decode::CallRequest& request,
                                    std::function<void(tools::Outcome)> done) {
    real(request, [request, results, done = std::move(done)](tools::Outcome outcome) {
      done(shuffled(std::move(outcome), request, *results));
    });
  };
}

std::vector<tools::Answer> RunTools::call_all(std::span<const tools::Request> requests) {
  make();
  return dispatcher_->call_all(requests);
}

}  // namespace toolformer::eval
