// SPDX-License-Identifier: Apache-2.0
// Where candidates die, per tool, computed from the records alone.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "toolformer/inspect/options.h"
#include "toolformer/inspect/right_call.h"
#include "toolformer/inspect/styled_text.h"
#include "toolformer/record/document.h"

namespace toolformer::inspect {

struct TopCall {
  double delta = 0;
  std::string document;
  std::string call;  ///< as call_text prints it
  bool kept = false;
};

/// The largest delta at one place, which a threshold keeps or not.
struct BestOfPlace {
  double delta = 0;
  std::optional<bool> right;
};

/// Of the places of calls, by where in its document each stands.
struct Positions {
  static constexpr std::size_t kBins = 20;  ///< equal parts of a document
  std::array<std::size_t, kBins> places{};
  std::array<double, kBins> p_api{};  ///< sums
};

struct ToolFunnel {
  std::size_t documents = 0;  ///< with at least one call of the tool
  std::size_t positions = 0;  ///< distinct places
  std::size_t samples = 0;    ///< calls that could be parsed: the others are not in the records
  std::size_t executed = 0;   ///< with a result
  std::map<std::string, std::size_t> errors;  ///< by kind
  std::size_t scored = 0;                     ///< with losses
  std::size_t kept = 0;
  std::size_t documents_kept = 0;           ///< with at least one kept call
  std::vector<double> deltas;               ///< where known; sorted by finish()
  std::vector<TopCall> top;                 ///< the largest deltas, falling
  std::map<std::string, std::size_t> lost;  ///< neither kept nor failed, by lost_by()
  std::size_t repeated = 0;                 ///< samples equal to an earlier one at their place
  double gain = 0;                          ///< sum of delta over the kept calls
  std::vector<BestOfPlace> best;            ///< falling delta (finish())
  std::vector<double> best_of_documents;    ///< likewise
  Positions positions_of;
  std::size_t kept_checked = 0, kept_right = 0;         ///< kept calls of which is_right() knows
  std::size_t gold = 0, gold_found = 0, gold_kept = 0;  ///< gold calls; proposed; kept
};

struct Funnel {
  std::size_t documents = 0;
  std::size_t bytes = 0;       ///< of text
  std::size_t with_calls = 0;  ///< documents
  std::map<std::string, ToolFunnel> tools;
  GoldCalls gold;

  void add(const record::Document& document, const Options& options);
  void finish();

 private:
  void add_best(const record::Document& document, const std::map<std::size_t, std::size_t>& best);
  void add_gold(const record::Document& document, const std::vector<std::size_t>& calls,
                const std::map<std::string, std::vector<std::size_t>>& kept);
};

/// Thresholds that are shown for every tool.
inline constexpr double kCurveGammas[] = {0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5};

/// The value below which the share `q` of the sorted values lies (linear between neighbours).
double quantile(const std::vector<double>& sorted, double q);

/// Places and documents whose largest delta is above gamma.
std::size_t kept_at(const ToolFunnel& tool, double gamma);
std::size_t documents_at(const ToolFunnel& tool, double gamma);
/// Right calls among those above gamma; nullopt: none of them could be checked.
std::optional<double> right_share_at(const ToolFunnel& tool, double gamma);

std::string funnel_view(const Funnel& funnel, const Page& page);

}  // namespace toolformer::inspect
