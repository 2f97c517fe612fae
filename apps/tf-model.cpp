// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>
#include <torch/torch.h>
#include <CLI/CLI.hpp>
#include <iostream>

#include "app.h"
#include "toolformer/base/error.h"
#include "toolformer/lm/model_options.h"
#include "toolformer/model/checkpoint.h"
#include "toolformer/model/describe.h"
#include "toolformer/text/tokenizer.h"
#include "toolformer/text/tokenizer_export.h"

namespace {

using namespace toolformer;

struct Options {
  std::string command;
  std::string model;
  std::string output;
  std::string to = "hf";
  std::string dtype = "float32";
  bool json = false;
};

void bind(CLI::App& app, Options& options) {
  app.add_option("command", options.command, "info, convert or export")
      ->required()
      ->check(CLI::IsMember({"info", "convert", "export"}));
  app.add_option("model,--model", options.model, "A Hugging Face directory or a GGUF file")
      ->required();
  app.add_option("--output", options.output, "convert, export: the directory to write");
  app.add_option("--to", options.to, "export: the format, hf or gguf")
      ->check(CLI::IsMember({"hf", "gguf"}));
  app.add_option("--dtype", options.dtype, "convert, export: float32 or bfloat16")
      ->check(CLI::IsMember({"float32", "bfloat16"}));
  app.add_flag("--json", options.json, "info: one JSON object instead of a table");
}

nlohmann::ordered_json tokenizer_json(const std::filesystem::path& model) {
  const auto tokenizer = text::load_tokenizer(model);
  const auto bos = tokenizer->bos();
  return {{"size", tokenizer->size()},
          {"bos", bos ? nlohmann::ordered_json(*bos) : nlohmann::ordered_json(nullptr)},
          {"adds_bos", tokenizer->adds_bos()},
          {"eos", tokenizer->eos()},
          {"fingerprint", tokenizer->fingerprint()}};
}

void show(const Options& options) {
  const model::ModelDescription description = model::describe_model(options.model);
  const nlohmann::ordered_json tokenizer = tokenizer_json(options.model);
  if (options.json) {
    nlohmann::ordered_json json = model::to_json(description);
    json["tokenizer"] = tokenizer;
    std::cout << json.dump(2) << '\n';
    return;
  }
  std::cout << model::to_text(description)
            << fmt::format("{:<18}{} entries, begin {}{}, end {}\n", "tokenizer",
                           tokenizer["size"].dump(), tokenizer["bos"].dump(),
                           tokenizer["adds_bos"].get<bool>() ? " (put first)" : "",
                           tokenizer["eos"].dump());
}

void convert(const Options& options) {
  if (options.output.empty()) throw base::UsageError("--output is missing: the directory to write");
  if (options.command == "export" && options.to == "gguf")
    throw base::UsageError("--to gguf is not supported; --to hf is what llama.cpp converts from");
  if (std::filesystem::exists(options.output) &&
      std::filesystem::equivalent(options.output, options.model))
    throw base::UsageError("--output is the model itself; name another directory");
  const torch::Dtype dtype = options.dtype == "bfloat16" ? torch::kBFloat16 : torch::kFloat32;
  const model::Transformer transformer =
      model::load_transformer(options.model, {torch::kCPU, dtype});
  const auto tokenizer = text::load_tokenizer(options.model);
  model::save_transformer(transformer, options.output);
  text::export_tokenizer(*tokenizer, options.output);
  spdlog::info("{}: {} as {}", options.output, transformer.config().architecture, options.dtype);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  return apps::run_program(
      argc, argv,
      {.name = "tf-model",
       .summary = "Shows what a model file holds; converts GGUF to a Hugging Face directory.",
       .example = "tf-model convert gemma3-270m.gguf --output gemma3-270m",
       .see_also = "tf-finetune, tf-generate"},
      [&](CLI::App& app) { bind(app, options); },
      [&](const apps::Start&) {
        lm::check({.model = options.model});
        options.command == "info" ? show(options) : convert(options);
        return 0;
      });
}
