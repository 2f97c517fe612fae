// SPDX-License-Identifier: Apache-2.0
// Where candidates die, per tool, computed from the records alone.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "toolformer/inspect/options.h"
#include "toolformer/inspect/styled_text.h"
#include "toolformer/record/document.h"

namespace toolformer::inspect {

struct TopCall {
  double delta = 0;
  std::string document;
  std::string call;  ///< as call_text prints it
  bool kept = false;
};

struct ToolFunnel {
  std::size_t documents = 0;  ///< with at least one call of the tool
  std::size_t positions = 0;  ///< distinct places
  std::size_t samples = 0;    ///< calls that could be parsed: the others are not in the records
  std::size_t executed = 0;   ///< with a result
  std::map<std::string, std::size_t> errors;  ///< by kind
  std::size_t scored = 0;                     ///< with losses
  std::size_t kept = 0;
  std::size_t documents_kept = 0;  ///< with at least one kept call
  std::vector<double> deltas;      ///< where known; sorted by finish()
  std::vector<TopCall> top;        ///< the largest deltas, falling
};

struct Funnel {
  std::size_t documents = 0;
  std::size_t bytes = 0;       ///< of text
  std::size_t with_calls = 0;  ///< documents
  std::map<std::string, ToolFunnel> tools;

  void add(const record::Document& document, const Options& options);
  void finish();
};

/// The value below which the share `q` of the sorted values lies (linear between neighbours).
double quantile(const std::vector<double>& sorted, double q);

std::string funnel_view(const Funnel& funnel, const Page& page);

}  // namespace toolformer::inspect
