// SPDX-License-Identifier: Apache-2.0
// The flags of the text markers, shared by the stages that write calls into a text.
#pragma once

#include "toolformer/calls/call_syntax.h"
#include "toolformer/text/tokenizer.h"

namespace CLI {
class App;
}

namespace toolformer::calls {

/// --open-marker, --close-marker, --arrow-marker. text::check(markers) says whether they fit
/// together.
void bind(CLI::App& app, calls::Markers& markers);

/// The one token that opens a call, the one whose probability decides where calls are proposed.
/// Throws UsageError that shows the tokens when the open marker is not one token of this tokenizer.
text::TokenId open_marker_token(const text::Tokenizer& tokenizer, const calls::Markers& markers);

}  // namespace toolformer::calls
