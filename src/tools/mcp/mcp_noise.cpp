// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/mcp/mcp_noise.h"

#include <spdlog/spdlog.h>

namespace toolformer::tools {

void McpNoise::note(const Outcome& line) {
  constexpr std::size_t kShown = 5;
  if (!line.ok() || line.result.empty()) return;
  last_ = line.result;
  if (++count_ > kShown) return;
  spdlog::warn("an MCP server wrote what is no message, passed over: `{}`{}", last_,
               count_ == kShown ? "; further lines are not shown" : "");
}

Outcome McpNoise::quoted_in(Outcome error) const {
  if (!last_.empty()) error.error_message += "; it also wrote `" + last_ + "`";
  return error;
}

}  // namespace toolformer::tools
