// SPDX-License-Identifier: Apache-2.0
#include "toolformer/finetune/run_identity.h"

#include <fmt/ranges.h>

#include <vector>

#include "toolformer/base/error.h"

namespace toolformer::finetune {

nlohmann::ordered_json run_identity(const Options& options, std::uint64_t seed,
                                    const Fingerprints& fingerprints) {
  return {{"model", fingerprints.model},
          {"tokenizer", fingerprints.tokenizer},
          {"corpus", fingerprints.corpus},
          {"seed", seed},
          {"max-steps", options.max_steps},
          {"epochs", options.epochs},
          {"seq-len", options.seq_len},
          {"batch-tokens", options.batch_tokens},
          {"plain-weight", options.plain_weight},
          {"markers", options.markers},
          {"result-loss", loss_on_results(options) ? "on" : "off"},
          {"lr", options.lr},
          {"warmup-fraction", options.warmup_fraction},
          {"schedule", options.schedule},
          {"weight-decay", options.weight_decay},
          {"clip", options.clip},
          {"betas", options.betas},
          {"eps", options.eps},
          {"freeze", options.freeze},
          {"valid", options.valid},
          {"valid-every", options.valid_every},
          {"valid-limit", options.valid_limit}};
}

void require_same_run(const nlohmann::ordered_json& before, const nlohmann::ordered_json& now,
                      const std::string& output) {
  std::vector<std::string> differences;
  for (const auto& [name, value] : now.items()) {
    const auto old = before.find(name);
    if (old != before.end() && *old == value) continue;
    differences.push_back(fmt::format("{}: {} before, {} now", name,
                                      old == before.end() ? "absent" : old->dump(), value.dump()));
  }
  if (differences.empty()) return;
  base::throw_error<base::UsageError>(
      "{} holds a run with other settings ({}); give them again as they were, use another "
      "--output, "
      "or --restart to begin anew",
      output, fmt::join(differences, "; "));
}

}  // namespace toolformer::finetune
