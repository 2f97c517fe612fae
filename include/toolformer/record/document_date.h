// SPDX-License-Identifier: Apache-2.0
// The day of a document, which tools are told.
#pragma once

#include <optional>
#include <string>

#include "toolformer/record/document.h"

namespace toolformer::record {

/// meta.date as it stands there (ISO 8601, unchecked); what is no string, as JSON writes it, so
/// that whoever reads it says what is wrong. None where it is missing or null.
std::optional<std::string> date_of(const Document& document);

}  // namespace toolformer::record
