// SPDX-License-Identifier: Apache-2.0
// The flags of the text markers, shared by the stages that write calls into a text.
#pragma once

#include "toolformer/calls/call_syntax.h"

namespace CLI {
class App;
}

namespace toolformer::calls {

/// --open-marker, --close-marker, --arrow-marker. check(markers) says whether they fit together.
void bind(CLI::App& app, Markers& markers);

}  // namespace toolformer::calls
