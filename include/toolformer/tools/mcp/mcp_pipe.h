// SPDX-License-Identifier: Apache-2.0
// A server of the Model Context Protocol as a program in the sandbox: a message is a line of its
// standard input or output (transport "stdio"). Lines that are no messages, as banners and
// debugging prints, are passed over with a warning.
#pragma once

#include <string>

#include "toolformer/sandbox/framed_process.h"
#include "toolformer/tools/mcp/mcp_connection.h"
#include "toolformer/tools/mcp/mcp_noise.h"
#include "toolformer/tools/transport/confined_program.h"

namespace toolformer::tools {

class McpPipe : public McpConnection {
 public:
  /// Starts the program, which must outlive this. Throws sandbox::Failure.
  explicit McpPipe(const ConfinedProgram& program);
  bool is_usable() override;

 protected:
  Answer exchange(const std::string& request, std::int64_t id, Deadline deadline) override;
  Outcome send(const std::string& notification, Deadline deadline) override;

 private:
  const ConfinedProgram& program_;
  sandbox::FramedProcess process_;
  McpNoise noise_;
  bool broken_ = false;
};

}  // namespace toolformer::tools
