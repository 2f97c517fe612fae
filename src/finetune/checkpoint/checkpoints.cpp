// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/checkpoint/checkpoints.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/base/file.h"
#include "toolformer/base/sha256.h"
#include "toolformer/finetune/checkpoint/trained_weights.h"
#include "toolformer/formats/safetensors.h"
#include "toolformer/model/weights/checkpoint.h"
#include "toolformer/model/weights/tensor_copy.h"
#include "toolformer/record/sealed_json.h"

namespace toolformer::finetune {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "step-";
constexpr const char* kUnfinished = ".unfinished";
constexpr const char* kStateFile = "state.json";

std::string optimizer_file(const ProcessGroup& group) {
  if (group.size() == 1) return "optimizer.safetensors";
  return fmt::format("optimizer-{:05}-of-{:05}.safetensors", group.rank(), group.size());
}

void write_optimizer(const AdamW& optimizer, const fs::path& path) {
  std::vector<torch::Tensor> on_cpu;  // keeps the bytes alive
  std::vector<formats::TensorView> views;
  for (const auto& [name, tensor] : optimizer.state()) {
    on_cpu.push_back(tensor.detach().cpu().contiguous());
    views.push_back(model::view_of(on_cpu.back(), name));
  }
  formats::write_safetensors(path, views);
}

std::string fingerprint(const fs::path& file) {
  // A checkpoint is what a stop signal asks for: it does not end the reading.
  return base::sha256_of_file(file, base::WhenStopped::kGoOn);
}

nlohmann::ordered_json fingerprints(const fs::path& directory) {
  nlohmann::ordered_json files = nlohmann::ordered_json::object();
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.is_regular_file()) files[entry.path().filename().string()] = fingerprint(entry);
  }
  return files;
}

nlohmann::ordered_json read_state(const fs::path& directory) {
  const fs::path file = directory / kStateFile;
  return record::unseal(base::read_file(file), file.string());
}

Checkpoint open(const fs::path& directory) {
  const auto json = read_state(directory);
  return {directory, json.at("step").get<std::size_t>(), json.at("state")};
}

// Its step; throws when the directory is not what was written.
std::size_t verified_step(const fs::path& directory) {
  const auto json = read_state(directory);
  for (const auto& [name, expected] : json.at("files").items()) {
    if (fingerprint(directory / name) == expected.get<std::string>()) continue;
    base::throw_error<base::DataError>("{}: its bytes are not those that were written",
                                       (directory / name).string());
  }
  return json.at("step").get<std::size_t>();
}

// Renamed first: a kill in between must not leave half a checkpoint under a complete one's name.
void remove_checkpoint(const fs::path& directory) {
  const fs::path doomed = fs::path(directory).concat(kUnfinished);
  fs::rename(directory, doomed);
  fs::remove_all(doomed);
}

}  // namespace

Checkpoints::Checkpoints(fs::path directory, const ProcessGroup& group)
    : directory_(std::move(directory)), group_(group) {
  if (group_.first() && fs::is_directory(directory_)) {
    for (const auto& entry : fs::directory_iterator(directory_)) {
      if (entry.path().extension() == kUnfinished) fs::remove_all(entry.path());
    }
  }
  group_.barrier();
}

std::vector<fs::path> Checkpoints::complete() const {
  std::vector<fs::path> found;
  if (!fs::is_directory(directory_)) return found;
  for (const auto& entry : fs::directory_iterator(directory_)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kPrefix) && entry.path().extension() != kUnfinished) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());  // the numbers are padded with zeros
  return found;
}

std::optional<Checkpoint> Checkpoints::latest() const {
  // One process looks, so that all of them see the same.
  std::array<double, 2> first{};  // whether there is one, its step
  if (group_.first()) {
    if (const auto found = newest()) first = {1, static_cast<double>(*found)};
  }
  group_.sum(first);
  if (first[0] == 0) return std::nullopt;
  return open(path_of(static_cast<std::size_t>(first[1])));
}

std::optional<std::size_t> Checkpoints::newest() const {
  std::vector<fs::path> found = complete();
  for (auto path = found.rbegin(); path != found.rend(); ++path) {
    try {
      return verified_step(*path);
    } catch (const std::exception& error) {
      spdlog::warn("{} cannot be used ({})", path->string(), error.what());
    }
  }
  if (!found.empty()) {
    base::throw_error<base::DataError>(
        "{}: none of {} checkpoints can be used; --restart begins anew", directory_.string(),
        found.size());
  }
  return std::nullopt;
}

void Checkpoints::save(std::size_t step, const model::Transformer& transformer,
                       const AdamW& optimizer, const nlohmann::ordered_json& state,
                       std::size_t keep) {
  const fs::path target = path_of(step);
  try {
    write(target, step, transformer, optimizer, state);
  } catch (const std::exception& error) {
    std::error_code ignored;
    fs::remove_all(fs::path(target).concat(kUnfinished), ignored);
    const std::vector<fs::path> before = complete();
    base::throw_error<base::IoError>(
        "the checkpoint of step {} could not be written ({}); {}. Make room, then run the same "
        "command again",
        step, error.what(),
        before.empty() ? "there is none yet"
                       : "the last complete one is " + before.back().string());
  }
  if (group_.first()) {
    // Newer ones were damaged, or the run would have gone on from there.
    for (const fs::path& path : complete()) {
      if (path > target) remove_checkpoint(path);
    }
    prune(std::max<std::size_t>(keep, 1));
  }
  group_.barrier();
}

fs::path Checkpoints::path_of(std::size_t step) const {
  return directory_ / fmt::format("{}{:08}", kPrefix, step);
}

void Checkpoints::write(const fs::path& target, std::size_t step,
                        const model::Transformer& transformer, const AdamW& optimizer,
                        const nlohmann::ordered_json& state) const {
  const fs::path unfinished = fs::path(target).concat(kUnfinished);
  if (group_.first()) {
    fs::create_directories(directory_);
    fs::remove_all(unfinished);
    fs::create_directory(unfinished);
    if (transformer.has_adapters()) {
      save_trained(transformer, unfinished / kTrainedFile);
    } else {
      model::save_transformer(transformer, unfinished);
    }
  }
  group_.barrier();
  write_optimizer(optimizer, unfinished / optimizer_file(group_));
  group_.barrier();
  if (!group_.first()) return;
  nlohmann::ordered_json json{
      {"step", step}, {"files", fingerprints(unfinished)}, {"state", state}};
  base::write_file_atomically(unfinished / kStateFile, record::seal(json));
  base::sync_directory(unfinished);
  fs::remove_all(target);  // a damaged one of the same step
  base::rename_durably(unfinished, target);
}

void Checkpoints::prune(std::size_t keep) const {
  const std::vector<fs::path> found = complete();
  for (std::size_t i = 0; i + keep < found.size(); ++i) remove_checkpoint(found[i]);
}

void load_optimizer(const Checkpoint& checkpoint, AdamW& optimizer, const ProcessGroup& group) {
  const torch::NoGradGuard no_grad;
  const fs::path path = checkpoint.directory / optimizer_file(group);
  const formats::SafetensorsFile file(path);
  auto state = optimizer.state();
  for (const formats::TensorView& view : file.tensors()) {
    const auto found = state.find(view.name);
    if (found == state.end() || view.dtype != formats::DType::kF32 ||
        found->second.sizes() != c10::IntArrayRef(view.shape)) {
      base::throw_error<base::DataError>(
          "{}: {} does not belong to the parameters that are trained now; use --restart",
          path.string(), view.name);
    }
    found->second.copy_(model::copy_to_tensor(view, path.string()));
    state.erase(found);
  }
  if (!state.empty()) {
    base::throw_error<base::DataError>("{}: {} is missing; use --restart", path.string(),
                                       state.begin()->first);
  }
}

}  // namespace toolformer::finetune
