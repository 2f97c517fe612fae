// SPDX-License-Identifier: Apache-2.0
// The answer in what a language model wrote.
#pragma once

#include <string>
#include <string_view>

#include "toolformer/tools/contract/tool.h"

namespace toolformer::tools {

enum class AnswerPart { kLine, kSentence, kAll };

struct ModelText {
  std::string text;
  bool cut = false;  ///< it ended because no more tokens were allowed
};

/// The wanted part, without the model's thoughts (thought.h), marks of the end of its turn and
/// blanks. A sentence ends at ". ", "! " or "? ", or at the end of its line. Of a text that was cut
/// inside the wanted part only whole sentences stay; bad_result when there is none. no_result when
/// nothing is left.
Outcome pick_answer(const ModelText& written, AnswerPart part);

}  // namespace toolformer::tools
