// SPDX-License-Identifier: Apache-2.0
// tf-finetune: ordinary language-model training on documents with their kept calls in line.
#include <CLI/CLI.hpp>

#include <iostream>

#include "app.h"
#include "toolformer/base/error.h"
#include "toolformer/finetune/finetune.h"
#include "toolformer/model/cpu/process.h"

namespace {

using namespace toolformer;

const apps::Program kProgram{
    "tf-finetune",
    "Train a model on filtered documents, their kept calls rendered in line.",
    "tf-finetune --input filtered/ --model model.gguf --output trained/ --max-steps 200",
    "tf-filter, tf-generate, tf-eval",
    model::wait_passively,
};

}  // namespace

int main(int argc, char** argv) {
  finetune::Job job;
  return apps::run_program(
      argc, argv, kProgram,
      [&](CLI::App& app) {
        record::bind(app, job.io);
        app.get_option("--output")
            ->description(
                "Where to write: a directory, of the model and what a later run goes on from");
        lm::bind(app, job.model);
        app.get_option("--dtype")->description(
            "What matrices are multiplied in: float32 or bfloat16 (weights, gradients and moments "
            "stay float32); auto: float32");
        finetune::bind(app, job.options);
      },
      [&](const apps::Start& start) {
        if (job.io.output.empty() && !job.io.dry_run) {
          throw base::UsageError("--output: nowhere to write; name a directory");
        }
        record::check(job.io);
        lm::check(job.model);
        job.config = start.config;
        if (job.io.dry_run) {
          std::cout << finetune::dry_run(job);
          return 0;
        }
        return static_cast<int>(finetune::finetune(job));
      });
}
