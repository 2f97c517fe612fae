// SPDX-License-Identifier: Apache-2.0
// A string of JSON around any bytes. Those that are no UTF-8 stay as they are, for the reader of
// the record to refuse by their place.
#pragma once

#include <string>
#include <string_view>

namespace toolformer::record {

std::string quoted_json(std::string_view bytes);

}  // namespace toolformer::record
