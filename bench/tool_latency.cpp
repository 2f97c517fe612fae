// SPDX-License-Identifier: Apache-2.0
// What waiting for tools costs a scoring-bound tf-filter: the same run with a Calculator that
// answers at once, with one that answers late, and that one again with the cache of the run before.
//   bench_tool_latency MODEL DOCUMENTS MILLISECONDS LIMIT [CONCURRENCY]
#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "fake/flaky_tool.h"
#include "fake/temporary_directory.h"
#include "toolformer/filter/filter.h"
#include "toolformer/model/load.h"
#include "toolformer/tools/builtin/calculator.h"

namespace {

using namespace toolformer;

class Late : public tools::Tool {
 public:
  Late(std::chrono::milliseconds latency, std::atomic<int>& calls)
      : latency_(latency), calls_(calls) {}
  std::string name() const override { return "Calculator"; }
  std::string version() const override { return calculator_.version(); }
  tools::ToolTraits traits() const override { return {.is_remote = true}; }
  tools::Outcome call(std::string_view input, const tools::CallContext& context) const override {
    ++calls_;
    std::this_thread::sleep_for(latency_);
    return calculator_.call(input, context);
  }

 private:
  tools::Calculator calculator_;
  std::chrono::milliseconds latency_;
  std::atomic<int>& calls_;
};

struct Setting {
  std::string documents, cache;
  std::size_t limit = 0, concurrency = 32;
};

/// Seconds of one run; its lines go to `lines`.
double run(lm::LanguageModel& model, const Setting& setting, std::unique_ptr<tools::Tool> tool,
           std::string& lines, std::size_t retries = 5) {
  const fake::TemporaryDirectory directory;
  filter::Options options;
  options.toolbox.cache = setting.cache;
  tools::ToolSettings settings;
  settings.concurrency = setting.concurrency;
  settings.retries = retries;
  tools::Toolbox toolbox;
  toolbox.add({std::move(tool), settings, {}, {}});
  filter::Filter stage(options, &model, {}, std::move(toolbox));
  record::RunOptions files;
  files.input = {setting.documents};
  files.output = directory / "out.jsonl";
  files.limit = setting.limit;
  files.progress = "none";
  const auto start = std::chrono::steady_clock::now();
  const record::Summary counts = record::run_shard(
      files, {"filter", {}, {}},
      {16, [&](const std::vector<record::Item>& block) { stage.announce(block); }},
      [&](std::vector<record::Item>& block, record::Summary& summary) {
        stage.transform(block, summary);
      });
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  lines = fake::read_bytes(directory / "out.jsonl");
  fmt::print("{:7.2f} s  calls {} ran {} retried {} cached {}\n", seconds.count(),
             counts.get("executed.Calculator.calls"), counts.get("executed.Calculator.ran"),
             counts.get("executed.Calculator.retried"), counts.get("executed.Calculator.cached"));
  return seconds.count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    fmt::print(stderr, "usage: {} MODEL DOCUMENTS MILLISECONDS LIMIT [CONCURRENCY]\n", argv[0]);
    return 2;
  }
  lm::ModelOptions model_options;
  model_options.model = argv[1];
  const auto model = model::load_language_model(model_options);
  const std::chrono::milliseconds latency(std::stol(argv[3]));
  const fake::TemporaryDirectory directory;
  Setting setting{.documents = argv[2], .limit = std::stoul(argv[4])};
  if (argc > 5) setting.concurrency = std::stoul(argv[5]);
  std::atomic<int> calls = 0;
  std::string at_once, late, again, flaky;
  run(*model, setting, std::make_unique<Late>(std::chrono::milliseconds(0), calls), at_once);
  const double before =
      run(*model, setting, std::make_unique<Late>(std::chrono::milliseconds(0), calls), at_once);
  setting.cache = directory / "cache";
  calls = 0;
  const double after = run(*model, setting, std::make_unique<Late>(latency, calls), late);
  const int executed = calls;
  calls = 0;
  run(*model, setting, std::make_unique<Late>(latency, calls), again);
  const int executed_again = calls;
  setting.cache.clear();
  run(*model, setting,
      std::make_unique<fake::FlakyTool>(std::make_unique<tools::Calculator>(), 0.3, 1), flaky, 20);
  fmt::print(
      "ratio {:.3f}; executed {}, in a second run {}; equal files: late {}, again {}, 30% "
      "faults {}\n",
      after / before, executed, executed_again, late == at_once, again == at_once,
      flaky == at_once);
  return 0;
}
