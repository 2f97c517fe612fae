// SPDX-License-Identifier: Apache-2.0
#include "toolformer/eval/run_tools.h"

#include <algorithm>
#include <filesystem>

#include "toolformer/tools/builtin/iso_date.h"

namespace toolformer::eval {
namespace {

bool holds(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
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

}  // namespace toolformer::eval
