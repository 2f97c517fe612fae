// SPDX-License-Identifier: Apache-2.0
// Models that reason write their thoughts before the answer, between marks that differ from family
// to family; where the chat template has opened the thought, only the mark of its end is in the
// text.
#pragma once

#include <string_view>

namespace toolformer::tools {

/// What stands behind the last end of a thought, and before a thought that does not end; nothing
/// where there is only the thought. Marks: tags whose name says think, thought or reasoning
/// (`</think>`, `<seed:think>`, `<|END_THINKING|>`, `[/THINK]`, `◁/think▷`), and the channels of
/// gpt-oss (`<|channel|>final<|message|>`) and Gemma (`<channel|>`).
std::string_view without_thought(std::string_view text);

}  // namespace toolformer::tools
