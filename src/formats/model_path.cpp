// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/model_path.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "toolformer/base/error.h"
#include "toolformer/formats/foreign_file.h"
#include "toolformer/formats/gguf.h"

namespace toolformer::formats {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
  base::throw_error<base::DataError>("{}: {}", path.string(), why);
}

bool has(const fs::path& directory, const char* file) {
  std::error_code error;
  return fs::exists(directory / file, error);
}

/// Names of the entries that end so, sorted; at most a few are told.
std::vector<std::string> names_ending(const fs::path& directory, std::string_view ending) {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(ending)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string some(std::vector<std::string> names) {
  constexpr std::size_t kTold = 5;
  const bool more = names.size() > kTold;
  if (more) names.resize(kTold);
  return fmt::format("{}{}", fmt::join(names, ", "), more ? ", ..." : "");
}

void refuse_adapter(const fs::path& directory) {
  const bool has_weights =
      has(directory, "config.json") &&
      (has(directory, "model.safetensors") || has(directory, "model.safetensors.index.json"));
  if (!has(directory, "adapter_config.json") || has_weights) return;
  // As tf-finetune --lora-rank writes it: the model with the adapter in it is around the adapter.
  const fs::path whole = fs::absolute(directory / "").lexically_normal();  // ends with a slash
  const fs::path around = whole.parent_path().parent_path();
  std::error_code error;
  if (fs::equivalent(around / "adapter", directory, error) && has(around, "model.safetensors"))
    refuse(directory,
           fmt::format("a PEFT adapter, no model; the model that it was merged into is {}",
                       around.string()));
  refuse(directory,
         "a PEFT adapter, no model; merge it into its base first: python3 -c \"from peft import "
         "AutoPeftModelForCausalLM as M; M.from_pretrained('DIR').merge_and_unload()"
         ".save_pretrained('NEW')\", and copy the tokenizer's files to NEW");
}

/// Models that are in this folder, or below it.
void refuse_folder_of_models(const fs::path& directory) {
  if (has(directory, "config.json")) return;
  if (has(directory, "snapshots") && has(directory, "refs")) {
    const auto snapshots = names_ending(directory / "snapshots", "");
    refuse(directory,
           fmt::format("a folder of the Hugging Face cache; the model is {}/snapshots/{}",
                       directory.string(), snapshots.empty() ? "..." : snapshots.front()));
  }
  if (const auto files = names_ending(directory, ".gguf"); !files.empty())
    refuse(directory, fmt::format("holds GGUF files and no Hugging Face model; name one of the "
                                  "files: {}",
                                  some(files)));
  std::vector<std::string> models;
  for (const std::string& name : names_ending(directory, "")) {
    if (has(directory / name, "config.json")) models.push_back(name);
  }
  if (!models.empty())
    refuse(directory,
           fmt::format("no model, but a folder with models in it; name one of: {}", some(models)));
  if (names_ending(directory, "").empty())
    refuse(directory, "the folder is empty; fetch the model");
}

void refuse_other_weights(const fs::path& directory) {
  if (!has(directory, "config.json") && !has(directory, "params.json")) return;
  if (!names_ending(directory, ".safetensors").empty() ||
      has(directory, "model.safetensors.index.json"))
    return;
  for (const char* ending : {".bin", ".pth", ".pt", ".ckpt"}) {
    const auto files = names_ending(directory, ending);
    if (files.empty()) continue;
    refuse(
        directory,
        fmt::format("the weights are in PyTorch's own form ({}), which is not read; save them as "
                    "safetensors: python3 -c \"from transformers import AutoModelForCausalLM as "
                    "M; M.from_pretrained('DIR').save_pretrained('NEW', "
                    "safe_serialization=True)\", and copy the tokenizer's files to NEW",
                    some(files)));
  }
  for (const char* ending : {".msgpack", ".h5", ".onnx", ".incomplete"}) {
    const auto files = names_ending(directory, ending);
    if (files.empty()) continue;
    refuse(directory, fmt::format("holds no weights that are read here, only {}; fetch "
                                  "model.safetensors, or a GGUF file",
                                  some(files)));
  }
}

/// Pointers and pages in place of the files of a model.
void refuse_foreign_parts(const fs::path& directory) {
  std::vector<std::string> files = names_ending(directory, ".safetensors");
  for (const char* name :
       {"config.json", "generation_config.json", "tokenizer.json", "tokenizer.model",
        "tokenizer_config.json", "vocab.json", "merges.txt", "model.safetensors.index.json"}) {
    if (has(directory, name)) files.emplace_back(name);
  }
  for (const std::string& name : files) {
    if (!fs::is_regular_file(directory / name)) continue;
    const std::string start = first_bytes(directory / name);
    const auto file = foreign_file(start);
    if (start.empty() && name.ends_with(".safetensors"))
      refuse(directory / name, "it is empty: fetch it again");
    if (!file || (name.ends_with(".safetensors") && file->name == "a safetensors file")) continue;
    refuse(directory / name, fmt::format("it begins like {}; {}", file->name, file->remedy));
  }
}

void refuse_other_file(const fs::path& path) {
  const std::string name = path.filename().string();
  const bool in_model = has(path.parent_path(), "config.json");
  if (in_model && (name.ends_with(".json") || name.ends_with(".safetensors") ||
                   name.ends_with(".model") || name.ends_with(".txt")))
    refuse(path, fmt::format("one file of a model; name the directory: {}",
                             path.has_parent_path() ? path.parent_path().string() : "."));
  const std::string start = first_bytes(path);
  if (is_gguf(path)) return;
  if (start.starts_with("FUGG"))
    refuse(path,
           "a GGUF file of a big-endian machine, which is not read; fetch the little-endian one");
  if (const auto file = foreign_file(start))
    refuse(path, fmt::format("it begins like {}; {}", file->name, file->remedy));
}

}  // namespace

void refuse_no_model(const fs::path& model) {
  if (fs::is_regular_file(model)) return refuse_other_file(model);
  if (!fs::is_directory(model)) return;
  refuse_adapter(model);
  refuse_folder_of_models(model);
  refuse_other_weights(model);
  refuse_foreign_parts(model);
}

}  // namespace toolformer::formats
