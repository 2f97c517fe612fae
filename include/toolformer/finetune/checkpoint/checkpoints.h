// SPDX-License-Identifier: Apache-2.0
// Everything a run needs to go on bit for bit, as DIR/step-00000120/: the model as a Hugging Face
// directory (config.json, model.safetensors; of adapters only trained.safetensors),
// optimizer.safetensors (both moments of every trained parameter; with several processes a file of
// each, of its shares) and state.json (step, counters, SHA-256 of the files). A directory under
// that name is complete: it is written under another, every file synced, then renamed. When the
// disk is full the older checkpoint stays and the half-written one is removed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "toolformer/finetune/parallel/process_group.h"
#include "toolformer/finetune/training/optimizer.h"
#include "toolformer/model/network/transformer.h"

namespace toolformer::finetune {

struct Checkpoint {
  std::filesystem::path directory;
  std::size_t step = 0;
  nlohmann::ordered_json state;  ///< what save() was given
};

class Checkpoints {
 public:
  /// `directory` need not exist; all processes of the group must see the same. Removes what a
  /// killed run left half-written. Every call is one of the whole group.
  explicit Checkpoints(std::filesystem::path directory, const ProcessGroup& group = alone());

  /// The newest one whose files are those that were written, as the first process sees them;
  /// damaged ones are reported and passed over.
  std::optional<Checkpoint> latest() const;
  /// Removes those of later steps, which were damaged, and all but the newest `keep` of the others,
  /// the one just written included.
  void save(std::size_t step, const model::Transformer& transformer, const AdamW& optimizer,
            const nlohmann::ordered_json& state, std::size_t keep);
  void prune(std::size_t keep) const;

 private:
  std::vector<std::filesystem::path> complete() const;  // oldest first
  std::optional<std::size_t> newest() const;            // its step
  std::filesystem::path path_of(std::size_t step) const;
  void write(const std::filesystem::path& target, std::size_t step,
             const model::Transformer& transformer, const AdamW& optimizer,
             const nlohmann::ordered_json& state) const;

  std::filesystem::path directory_;
  const ProcessGroup& group_;
};

/// Puts the saved moments into the optimizer. Throws DataError when names, shapes or types differ.
void load_optimizer(const Checkpoint& checkpoint, AdamW& optimizer,
                    const ProcessGroup& group = alone());

}  // namespace toolformer::finetune
