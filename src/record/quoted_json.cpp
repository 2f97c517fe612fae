// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/quoted_json.h"

#include <fmt/format.h>

namespace toolformer::record {

std::string quoted_json(std::string_view bytes) {
  std::string text = "\"";
  text.reserve(bytes.size() + bytes.size() / 16 + 2);
  for (const char byte : bytes) {
    if (byte == '"' || byte == '\\') {
      text += '\\';
      text += byte;
    } else if (static_cast<unsigned char>(byte) < 0x20) {
      text += fmt::format("\\u{:04x}", static_cast<unsigned>(byte));
    } else {
      text += byte;
    }
  }
  return text + '"';
}

}  // namespace toolformer::record
