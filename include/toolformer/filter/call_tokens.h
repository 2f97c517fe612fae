// SPDX-License-Identifier: Apache-2.0
// A call as token ids: three parts, joined by ids. The open marker is what p(open marker) was asked
// for; the arrow's last space goes with the result (" 0" is often one token), and so does the close
// marker, as a program that puts a result in line writes them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "toolformer/calls/call_syntax.h"
#include "toolformer/record/document.h"
#include "toolformer/text/tokenizer.h"

namespace toolformer::filter {

/// `open tool(input) arrow result close`; `result` may be empty.
std::vector<text::TokenId> call_tokens(const text::Tokenizer& tokenizer,
                                       const calls::Markers& markers, const record::Call& call,
                                       const std::string& result);

}  // namespace toolformer::filter
