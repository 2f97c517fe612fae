// SPDX-License-Identifier: Apache-2.0
// What a server writes between its messages and is none: banners, debugging prints.
#pragma once

#include <cstddef>
#include <string>

#include "toolformer/tools/contract/tool.h"

namespace toolformer::tools {

class McpNoise {
 public:
  /// Warns of a line, of the first few; an error or an empty text is not shown.
  void note(const Outcome& line);
  /// An error with the last line in its words, which may say what is wrong.
  Outcome quoted_in(Outcome error) const;

 private:
  std::string last_;
  std::size_t count_ = 0;
};

}  // namespace toolformer::tools
