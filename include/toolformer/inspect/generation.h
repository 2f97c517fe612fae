// SPDX-License-Identifier: Apache-2.0
// What a record of tf-generate or tf-eval says of a generation.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "toolformer/record/document.h"

namespace toolformer::inspect {

/// Whether the record holds one.
bool is_generation(const record::Document& document);

struct Generation {
  std::string prompt;
  std::string output;              ///< with the calls in line
  std::string gold;                ///< the task's answers, as text; empty: not known
  nlohmann::ordered_json answers;  ///< of tf-eval: [{"rule", "answer", "right"}, ...]
};
Generation generation_of(const record::Document& document);

}  // namespace toolformer::inspect
