// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/run_identity.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "toolformer/base/error.h"

namespace toolformer::finetune {
namespace {

/// Raised when the same settings come to mean other steps: a run begun before is then refused.
constexpr int kPlanVersion = 2;

bool is_safe(const std::string& name) {
  static constexpr std::array<std::string_view, 9> kSafe{
      "max-steps", "epochs",      "lr",        "warmup-fraction", "schedule",
      "clip",      "valid-every", "keep-best", "patience"};
  return std::find(kSafe.begin(), kSafe.end(), name) != kSafe.end();
}

}  // namespace

nlohmann::ordered_json run_identity(const Options& options, const Fingerprints& fingerprints,
                                    const RunEnvironment& circumstances) {
  return {{"model", fingerprints.model},
          {"tokenizer", fingerprints.tokenizer},
          {"corpus", fingerprints.corpus},
          {"plan", kPlanVersion},
          {"seed", circumstances.seed},
          {"dtype", circumstances.dtype},
          {"processes", circumstances.processes},
          {"max-steps", options.max_steps},
          {"epochs", options.epochs},
          {"seq-len", options.seq_len},
          {"batch-tokens", options.batch_tokens},
          {"plain-weight", options.plain_weight},
          {"max-per-tool", options.max_per_tool},
          {"markers", base::name_of(options.markers)},
          {"result-loss", loss_on_results(options) ? "on" : "off"},
          {"lr", options.lr},
          {"warmup-fraction", options.warmup_fraction},
          {"schedule", base::name_of(options.schedule)},
          {"weight-decay", options.weight_decay},
          {"clip", options.clip},
          {"betas", options.betas},
          {"eps", options.eps},
          {"freeze", options.freeze},
          {"lora-rank", options.lora_rank},
          {"lora-alpha", options.lora_alpha},
          {"lora-targets", options.lora_targets},
          {"valid", fingerprints.validation},
          {"valid-every", options.valid_every},
          {"keep-best", options.keep_best},
          {"patience", options.patience}};
}

std::vector<std::string> require_same_run(const nlohmann::ordered_json& before,
                                          const nlohmann::ordered_json& now,
                                          const std::string& output, Changes allowed) {
  std::vector<std::string> accepted, refused;
  bool all_safe = true;
  for (const auto& [name, value] : now.items()) {
    const auto old = before.find(name);
    if (old != before.end() && *old == value) continue;
    const bool safe = is_safe(name);
    all_safe = all_safe && safe;
    (safe && allowed == Changes::kSafe ? accepted : refused)
        .push_back(fmt::format("{}: {} before, {} now", name,
                               old == before.end() ? "absent" : old->dump(), value.dump()));
  }
  if (refused.empty()) return accepted;
  base::throw_error<base::UsageError>(
      "{} holds a run with other settings ({}); give them again as they were, {}use another "
      "--output, or --restart to begin anew",
      output, fmt::join(refused, "; "), all_safe ? "accept the change with --override, " : "");
}

}  // namespace toolformer::finetune
