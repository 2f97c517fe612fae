// SPDX-License-Identifier: Apache-2.0
// tf-annotate: sample candidate calls in context: where (positions), what (inputs).
#include <CLI/CLI.hpp>

#include <iostream>

#include "app.h"
#include "toolformer/annotate/annotate.h"
#include "toolformer/annotate/dry_run.h"
#include "toolformer/base/number_flag.h"
#include "toolformer/model/cpu/process.h"
#include "toolformer/model/load.h"

namespace {

using namespace toolformer;

const apps::Program kProgram{
    "tf-annotate",
    "Sample candidate tool calls in context: where a model would open one, and what it would ask.",
    "tf-annotate --input documents.jsonl.gz --model model.gguf --output annotated/ --tools "
    "Calculator --preselect on",
    "tf-filter, tf-inspect",
    model::wait_passively,
};

}  // namespace

int main(int argc, char** argv) {
  record::RunOptions run;
  lm::ModelOptions model_options;
  annotate::Options options;
  std::size_t block_size = 16;
  return apps::run_program(
      argc, argv, kProgram,
      [&](CLI::App& app) {
        record::bind(app, run);
        lm::bind(app, model_options);
        lm::bind_workers(app, model_options);
        lm::bind_sample_dtype(app, model_options);
        annotate::bind(app, options);
        base::take_count(
            app.add_option("--block-size", block_size, "Documents per commit; changes no result"),
            {.least = 1, .most = base::kMillion})
            ->capture_default_str();
      },
      [&](const apps::Start& start) {
        annotate::check(options);
        lm::check(model_options);
        record::check(run);
        model_options = model::resolve(model_options);
        const auto model = model::load_language_model(model_options);
        if (run.dry_run) {
          annotate::dry_run(run, options, *model, std::cout);
          return 0;
        }
        annotate::Annotator annotator(*model, options, run.seed);
        record::StageIdentity identity{"annotate", lm::recorded(model_options, start.config),
                                       annotator.fingerprints()};
        identity.config["resolved"] = annotate::describe(options);
        record::run_shard(run, identity, {block_size},
                          [&](std::vector<record::Item>& block, record::Summary& summary) {
                            annotator.annotate(block, summary);
                          });
        return 0;
      });
}
