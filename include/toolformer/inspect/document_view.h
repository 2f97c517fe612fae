// SPDX-License-Identifier: Apache-2.0
// One document: its text with the calls where they stand, and below it what became of each and why.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "toolformer/inspect/options.h"
#include "toolformer/inspect/styled_text.h"
#include "toolformer/record/document.h"

namespace toolformer::inspect {

/// The selected calls in the order they are listed: kept, candidates, dropped by falling delta,
/// failed. Without options.full the list ends after a dozen that were not kept.
struct CallList {
  std::vector<std::size_t> calls;  ///< indices into document.calls
  std::size_t left_out = 0;
};
CallList list_calls(const record::Document& document, const Options& options);

/// The text with kept calls and candidates in line and the number of each other listed call at its
/// place: ⟨3⟩. Without options.full long stretches without calls are cut.
std::vector<Piece> text_with_calls(const record::Document& document, const CallList& list,
                                   const Options& options);

/// "s-017  2 calls, 1 kept  2019-04-25"
std::string heading_of(const record::Document& document);

std::string document_view(const record::Document& document, const Options& options,
                          const Page& page);

}  // namespace toolformer::inspect
