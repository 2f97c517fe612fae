// SPDX-License-Identifier: Apache-2.0
// The settings of tf-inspect.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "toolformer/base/enum_names.h"
#include "toolformer/base/terminal.h"

namespace CLI {
class App;
}

namespace toolformer::inspect {

enum class Sort {
  kInput,
  kDelta,  ///< the documents with the largest delta first
};
constexpr base::Names<2> names_of(Sort /*type*/) {
  return {"input", "delta"};
}

struct Options {
  std::vector<std::string> input;    ///< files, directories of shards, globs, or "-"
  std::vector<std::string> compare;  ///< two runs, instead of input
  std::string gold;                  ///< records whose calls are the right ones; empty: none
  std::string id;                    ///< only the record of this id; empty: all
  std::size_t sample = 0;            ///< so many random records; 0: all
  std::uint64_t seed = 0;            ///< of the sample
  bool json = false;                 ///< JSON lines instead of a view
  std::string html;                  ///< write one self-contained report there instead of printing
  bool restart = false;              ///< write over a report that is there
  std::string tool;                  ///< only calls of this tool; empty: all
  bool kept = false;                 ///< only kept calls, and documents that have one
  bool dropped = false;              ///< only calls that were not kept, and documents that have one
  bool summary = false;              ///< the funnel per tool instead of documents
  bool full = false;  ///< whole texts and all calls; default: the neighbourhood of calls
  Sort sort = Sort::kInput;
  std::size_t limit = 0;  ///< documents to show; 0: all
  base::Color color = base::Color::kAuto;
  std::size_t width = 0;  ///< columns; 0: the terminal's
};

void bind(CLI::App& app, Options& options);
void check(const Options& options);

}  // namespace toolformer::inspect
