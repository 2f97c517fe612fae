// SPDX-License-Identifier: Apache-2.0
// A document on its way through a stage, with the place it came from.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "toolformer/record/document.h"

namespace toolformer::record {

struct Item {
  Document document;
  std::string file;      ///< where it came from
  std::size_t line = 0;  ///< counted from 1
  std::optional<std::string>
      reject;  ///< set by the transform: the record goes to the rejects with this reason
  std::string reject_kind =
      "unusable";           ///< a short word for the reason, counted as "rejected.<kind>"
  std::size_t ordinal = 0;  ///< number of the record in the whole input, counted from 0
};

}  // namespace toolformer::record
