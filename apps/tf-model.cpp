// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app.h"
#include "toolformer/lm/model_options.h"
#include "toolformer/model/convert.h"
#include "toolformer/model/cpu/process.h"
#include "toolformer/model/describe.h"
#include "toolformer/text/tokenizer.h"

namespace {

using namespace toolformer;

struct Options {
  std::string command;
  model::Conversion conversion;
  bool json = false;
};

void bind(CLI::App& app, Options& options) {
  model::Conversion& conversion = options.conversion;
  app.add_option("command", options.command, "info, convert or export")
      ->required()
      ->check(CLI::IsMember({"info", "convert", "export"}));
  app.add_option("model,--model", conversion.model, "A Hugging Face directory or a GGUF file")
      ->required();
  app.add_option("--output", conversion.output,
                 "convert, export: the directory or GGUF file to write");
  app.add_option("--to", conversion.to, "export: the format, hf or gguf")
      ->check(CLI::IsMember({"hf", "gguf"}));
  app.add_option("--type", conversion.type, "export --to gguf: F32, F16 or Q8_0")
      ->capture_default_str()
      ->transform(CLI::IsMember({"F32", "F16", "Q8_0"}, CLI::ignore_case));
  app.add_option("--dtype", conversion.dtype, "export --to hf, convert: float32 or bfloat16")
      ->check(CLI::IsMember({"float32", "bfloat16"}));
  app.add_flag("--restart", conversion.restart, "convert, export: write over what is at --output");
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
  const model::ModelDescription description = model::describe_model(options.conversion.model);
  const nlohmann::ordered_json tokenizer = tokenizer_json(options.conversion.model);
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

}  // namespace

int main(int argc, char** argv) {
  Options options;
  return apps::run_program(
      argc, argv,
      {.name = "tf-model",
       .summary =
           "Shows what a model file holds; converts between GGUF and Hugging Face directories.",
       .example = "tf-model export trained --to gguf --type Q8_0 --output trained.gguf",
       .see_also = "tf-finetune, tf-generate",
       .before_run = model::wait_passively},
      [&](CLI::App& app) { bind(app, options); },
      [&](const apps::Start&) {
        lm::check({.model = options.conversion.model});
        if (options.command == "info") {
          show(options);
        } else {
          if (options.command == "convert") options.conversion.to = "hf";
          model::convert(options.conversion);
        }
        return 0;
      });
}
