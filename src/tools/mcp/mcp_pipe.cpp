// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/mcp/mcp_pipe.h"

#include "toolformer/tools/mcp/mcp_message.h"

namespace toolformer::tools {

using Kind = McpMessage::Kind;

McpPipe::McpPipe(const ConfinedProgram& program)
    : program_(program), process_(program.confinement(), program.program(), "\n") {}

McpConnection::Answer McpPipe::exchange(const std::string& request, std::int64_t id,
                                        Deadline deadline) {
  try {
    process_.send(request + '\n', deadline);
    for (;;) {
      McpMessage message = read_mcp_message(process_.receive(deadline), id);
      if (message.kind == Kind::kNoise)
        noise_.note(program_.without_secrets(Outcome::value(message.text)));
      if (message.kind == Kind::kResult) return std::move(message.result);
      if (message.kind == Kind::kError) return program_.without_secrets(message.error);
      if (message.kind == Kind::kQuestion) process_.send(message.text + '\n', deadline);
      if (message.kind == Kind::kBroken) {
        broken_ = true;
        return program_.without_secrets(message.error);
      }
    }
  } catch (const sandbox::Failure& failure) {
    broken_ = true;
    return noise_.quoted_in(program_.failed(failure));
  }
}

Outcome McpPipe::send(const std::string& notification, Deadline deadline) {
  try {
    process_.send(notification + '\n', deadline);
    return Outcome::value("");
  } catch (const sandbox::Failure& failure) {
    broken_ = true;
    return program_.failed(failure);
  }
}

/// Servers say unasked that their tools changed, print logs, and the like; an answer to nothing is
/// a fault.
bool McpPipe::is_usable() {
  constexpr std::int64_t kNoRequest = 0;
  const auto now = std::chrono::steady_clock::now();
  try {
    while (!broken_ && process_.is_out_of_step()) {
      const McpMessage message = read_mcp_message(process_.receive(now), kNoRequest);
      if (message.kind == Kind::kQuestion) process_.send(message.text + '\n', now);
      if (message.kind == Kind::kNoise)
        noise_.note(program_.without_secrets(Outcome::value(message.text)));
      broken_ = message.kind == Kind::kResult || message.kind == Kind::kError ||
                message.kind == Kind::kBroken;
    }
  } catch (const sandbox::Failure&) {  // it has ended, or is in the middle of a line
    broken_ = true;
  }
  return !broken_;
}

}  // namespace toolformer::tools
