// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app.h"
#include "tool_model.h"
#include "toolformer/base/log.h"
#include "toolformer/base/number_flag.h"
#include "toolformer/filter/annotated_otherwise.h"
#include "toolformer/filter/dry_run.h"
#include "toolformer/filter/filter.h"
#include "toolformer/filter/nothing_done.h"
#include "toolformer/filter/outcome.h"
#include "toolformer/filter/threshold.h"
#include "toolformer/model/cpu/process.h"
#include "toolformer/model/load.h"
#include "toolformer/record/output.h"
#include "toolformer/record/writer_of.h"

namespace {

using namespace toolformer;

const apps::Program kProgram{
    "tf-filter",
    "Execute candidate calls, measure the loss of the text behind them with and without, keep "
    "those that help.",
    "tf-filter --input annotated/ --model model.gguf --output filtered/ --preset primed",
    "tf-annotate, tf-finetune, tf-inspect",
    model::wait_passively,
};

void warn(const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences) spdlog::warn("{}", base::escape_for_log(sentence));
}

int run_filter(const record::RunOptions& run, record::StageLoop loop, filter::Filter& stage,
               nlohmann::ordered_json config, const filter::Options& options) {
  record::StageIdentity identity{"filter", std::move(config), stage.fingerprints()};
  identity.config["resolved"] = filter::describe(options, stage.tools());
  if (stage.has_remote_tools()) {
    loop.announce = [&](const std::vector<record::Item>& block) { stage.announce(block); };
  }
  warn(filter::annotated_otherwise(record::writer_of(run.input), identity.fingerprints,
                                   options.markers));
  const record::Summary counts = record::run_shard(
      run, identity, loop, [&](auto& block, auto& summary) { stage.transform(block, summary); });
  warn(filter::nothing_done(options, stage.tools(), counts));
  const auto said = filter::outcome(counts, {run.output, identity.config.value("model", "")});
  if (!said.empty()) spdlog::info("{}", base::escape_for_log(said));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  record::RunOptions run;
  lm::ModelOptions model_options;
  filter::Options options;
  record::StageLoop loop;
  return apps::run_program(
      argc, argv, kProgram,
      [&](CLI::App& app) {
        record::bind(app, run);
        lm::bind(app, model_options);
        lm::bind_workers(app, model_options);
        filter::bind(app, options);
        base::take_count(app.add_option("--block-size", loop.block_size,
                                        "Documents per commit; changes no result"),
                         {.least = 1, .most = base::kMillion})
            ->capture_default_str();
      },
      [&](const apps::Start& start) {
        filter::check(options);
        record::check(run);
        if (const std::string gamma = filter::unnamed_gamma(options); !gamma.empty()) warn({gamma});
        std::unique_ptr<lm::LanguageModel> model;
        nlohmann::ordered_json config = start.config;
        if (filter::has_step(options, filter::Step::kScore)) {
          lm::check(model_options);
          model_options = model::resolve(model_options);
          config = lm::recorded(model_options, config);
          model = model::load_language_model(model_options);
        }
        if (run.dry_run) {
          filter::dry_run(run, options, model.get(), std::cout);
          return 0;
        }
        std::map<std::string, double> floors;
        if (options.keep_top || options.keep_fraction) floors = filter::find_floors(options, run);
        options.toolbox.open_marker = options.markers.open;
        options.toolbox.load_model = apps::tool_model(model_options);
        if (options.toolbox.cache.empty()) options.toolbox.cache = record::tool_cache_beside(run);
        filter::Filter stage(options, model.get(), std::move(floors));
        return run_filter(run, loop, stage, config, options);
      });
}
