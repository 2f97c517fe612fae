// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/checkpoints.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>
#include <system_error>
#include <utility>

#include "toolformer/base/atomic_file.h"
#include "toolformer/base/error.h"
#include "toolformer/base/file.h"
#include "toolformer/finetune/trained_weights.h"
#include "toolformer/formats/safetensors.h"
#include "toolformer/model/checkpoint.h"

namespace toolformer::finetune {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "step-";
constexpr const char* kUnfinished = ".unfinished";
constexpr const char* kStateFile = "state.json";

std::string optimizer_file(const Collective& group) {
  if (group.size() == 1) return "optimizer.safetensors";
  return fmt::format("optimizer-{:05}-of-{:05}.safetensors", group.rank(), group.size());
}

void write_optimizer(const AdamW& optimizer, const fs::path& path) {
  std::vector<torch::Tensor> on_cpu;  // keeps the bytes alive
  std::vector<formats::TensorView> views;
  for (const auto& [name, tensor] : optimizer.state()) {
    const torch::Tensor& bytes = on_cpu.emplace_back(tensor.detach().cpu().contiguous());
    TORCH_CHECK(bytes.scalar_type() == torch::kFloat32, name, ": moments are kept in float32");
    views.push_back({name,
                     formats::DType::kF32,
                     bytes.sizes().vec(),
                     {static_cast<const std::byte*>(bytes.const_data_ptr()), bytes.nbytes()}});
  }
  formats::write_safetensors(path, views);
}

nlohmann::ordered_json file_sizes(const fs::path& directory) {
  nlohmann::ordered_json sizes = nlohmann::ordered_json::object();
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.is_regular_file()) sizes[entry.path().filename().string()] = entry.file_size();
  }
  return sizes;
}

// Throws when the directory is not what was written.
Checkpoint open(const fs::path& directory) {
  const auto json = nlohmann::ordered_json::parse(base::read_file(directory / kStateFile));
  for (const auto& [name, size] : json.at("files").items()) {
    std::error_code error;
    const auto actual = fs::file_size(directory / name, error);
    if (!error && actual == size.get<std::uintmax_t>()) continue;
    base::throw_error<base::DataError>("{}: expected {} bytes, found {}",
                                       (directory / name).string(), size.get<std::uintmax_t>(),
                                       error ? 0 : actual);
  }
  return {directory, json.at("step").get<std::size_t>(), json.at("state")};
}

}  // namespace

Checkpoints::Checkpoints(fs::path directory, const Collective& group)
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
  auto found = newest();
  group_.require_equal(found ? found->directory.filename().string() : "none",
                       "the newest checkpoints");
  return found;
}

std::optional<Checkpoint> Checkpoints::newest() const {
  std::vector<fs::path> found = complete();
  for (auto path = found.rbegin(); path != found.rend(); ++path) {
    try {
      return open(*path);
    } catch (const std::exception& error) {
      spdlog::warn("{} cannot be used ({}); trying the one before it", path->string(),
                   error.what());
    }
  }
  return std::nullopt;
}

void Checkpoints::save(std::size_t step, const model::Transformer& transformer,
                       const AdamW& optimizer, const nlohmann::ordered_json& state,
                       std::size_t keep) {
  const fs::path target = directory_ / fmt::format("{}{:08}", kPrefix, step);
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
  if (group_.first()) prune(std::max<std::size_t>(keep, 1));
  group_.barrier();
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
  nlohmann::ordered_json json{{"step", step}, {"files", file_sizes(unfinished)}, {"state", state}};
  base::write_file_atomically(unfinished / kStateFile, json.dump(2) + "\n");
  base::sync_directory(unfinished);
  fs::remove_all(target);  // a damaged one of the same step
  base::rename_durably(unfinished, target);
}

void Checkpoints::prune(std::size_t keep) const {
  const std::vector<fs::path> found = complete();
  for (std::size_t i = 0; i + keep < found.size(); ++i) {
    // Renamed first: a kill in between must not leave half a checkpoint under a complete one's
    // name.
    const fs::path doomed = fs::path(found[i]).concat(kUnfinished);
    fs::rename(found[i], doomed);
    fs::remove_all(doomed);
  }
}

void load_optimizer(const Checkpoint& checkpoint, AdamW& optimizer, const Collective& group) {
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
    torch::Tensor values = torch::empty(view.shape, torch::kFloat32);
    std::memcpy(values.mutable_data_ptr(), view.data.data(), view.data.size());
    found->second.copy_(values);
    state.erase(found);
  }
  if (!state.empty()) {
    base::throw_error<base::DataError>("{}: {} is missing; use --restart", path.string(),
                                       state.begin()->first);
  }
}

}  // namespace toolformer::finetune
