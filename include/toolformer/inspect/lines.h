// SPDX-License-Identifier: Apache-2.0
// Every line of the inputs, told apart: records of the stages, metrics of a training run, and lines
// that are neither.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "toolformer/record/document.h"

namespace toolformer::inspect {

/// What happens with each kind of line. Each returns whether to read on.
struct LineHandlers {
  std::function<bool(record::Document&&)>
      document;  ///< without an id of its own: `<file name>:<line>`
  std::function<bool(const nlohmann::ordered_json&)> metrics;
  std::function<bool(const std::string&)> problem;  ///< "file:line: why"; the line is skipped
};

void read_lines(const std::vector<std::string>& input, const LineHandlers& handlers);

}  // namespace toolformer::inspect
