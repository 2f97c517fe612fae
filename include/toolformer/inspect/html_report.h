// SPDX-License-Identifier: Apache-2.0
// One self-contained HTML file: the funnel, a table of all calls that can be sorted, and the
// documents with their calls in line. Nothing is loaded from elsewhere; whatever documents, models
// and tools wrote is escaped.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/inspect/funnel.h"
#include "toolformer/inspect/metrics_view.h"
#include "toolformer/inspect/options.h"
#include "toolformer/record/document.h"

namespace toolformer::inspect {

/// & < > " ' as entities; controls as in base::escape_controls, newlines kept.
std::string escape_html(std::string_view text);

struct Report {
  std::vector<record::Document> documents;  ///< those that are shown
  std::size_t found = 0;                    ///< those that the options select
  Funnel funnel;                            ///< of all that were read
  Metrics metrics;
  std::vector<std::string> problems;  ///< lines that could not be read
};

std::string html_report(const Report& report, const Options& options);

}  // namespace toolformer::inspect
