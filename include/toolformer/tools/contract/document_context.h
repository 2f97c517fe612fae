// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "toolformer/record/document.h"
#include "toolformer/tools/contract/tool.h"

namespace toolformer::tools {

/// What tools may know of the document that a call stands in: its date (meta.date), and itself.
CallContext context_of(const record::Document& document);

}  // namespace toolformer::tools
