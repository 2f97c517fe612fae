// SPDX-License-Identifier: Apache-2.0
// tf-generate --chat on standard input and output.
#pragma once

#include "toolformer/generate/generate.h"
#include "toolformer/generate/show.h"

namespace toolformer::apps {

/// Until the person leaves. Ctrl-C ends an answer; at the prompt it ends the program, as SIGTERM
/// does anywhere.
void chat_on_terminal(const generate::Generator& generator, const generate::ShowStyle& style);

}  // namespace toolformer::apps
