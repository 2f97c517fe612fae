// SPDX-License-Identifier: Apache-2.0
// The written form of a call, `open tool(input) close` or `open tool(input) arrow result close`:
// one printer and one parser for all stages. scan(print(call)) == call for every string: a
// backslash stands before what would end a part early, and nowhere else. In the input that is a
// parenthesis without its partner, in the result the close marker, and in both a backslash that
// would otherwise be read as such an escape. `(2 + 3) * 4` is printed as it is. A document that
// contains these strings is data: calls are only ever read where one was opened.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "toolformer/base/enum_names.h"
#include "toolformer/record/document.h"

namespace toolformer::calls {

struct Markers {
  std::string open = " [";
  std::string close = "]";
  std::string arrow = " -> ";
};

/// Which markers a model sees: ordinary text, what a base model can be shown in a prompt, or the
/// control tokens <API>, </API> and -> that fine-tuning adds, which no text can ever produce.
enum class MarkerForm { kText, kToken };
constexpr base::Names<2> names_of(MarkerForm /*type*/) {
  return {"text", "token"};
}

/// Throws UsageError when calls written with these could not be read back: a marker that is blank
/// or holds a backslash or a parenthesis, or an arrow and a close marker one of which begins with
/// the other.
void check(const Markers& markers);

/// [A-Za-z_][A-Za-z0-9_]*
bool is_tool_name(std::string_view name);

// All functions below expect markers that check() accepts.

struct WrittenCall {
  std::string tool;
  std::string input;
  std::optional<std::string> result;
  bool operator==(const WrittenCall&) const = default;
};

/// Throws DataError for a tool whose name is_tool_name denies.
std::string print_call(const Markers& markers, const WrittenCall& call);
/// What a model is given to begin a call of this tool: `open tool(`.
std::string call_head(const Markers& markers, std::string_view tool);
/// `open tool(input) arrow` up to the arrow's last visible byte, where a kArrow scan ends.
std::string call_until_arrow(const Markers& markers, const WrittenCall& call);
/// What stands behind it when the call has this result: the arrow's own trailing space, the result,
/// the close marker.
std::string call_after_arrow(const Markers& markers, std::string_view result);

/// What a text that begins with the open marker is so far, and how many bytes belong to the call.
struct Scan {
  enum class State {
    kIncomplete,  ///< may still become a call
    kArrow,    ///< `open tool(input) arrow`: the result is expected; size ends behind the arrow's
               ///< last visible byte
    kClosed,   ///< a complete call; size ends behind the close marker
    kInvalid,  ///< can no longer become a call
  };
  State state = State::kIncomplete;
  std::size_t size = 0;
  WrittenCall call;  ///< for kArrow and kClosed; for kIncomplete what is there of tool and input
};
/// Written for text that grows token by token: once a state other than kIncomplete is reported,
/// every longer text gives the same Scan. Models write spaces as they like, so any number of blanks
/// is read after the open marker and before the arrow or close marker; between the arrow and the
/// result only the arrow's own. `stop_at_arrow`: report kArrow as soon as the arrow is complete
/// (sampling, generating); otherwise read on to the close marker (parsing finished text).
Scan scan_call(const Markers& markers, std::string_view text, bool stop_at_arrow);

/// The kept calls of a document printed in line, in order of position, then of the list. Pure:
/// removing them again (strip_calls) gives document.text byte for byte.
std::string render_augmented(const Markers& markers, const record::Document& document);
/// Takes the document's kept calls out of `augmented`; throws DataError when they do not stand
/// where they should.
std::string strip_calls(const Markers& markers, const record::Document& document,
                        std::string_view augmented);

}  // namespace toolformer::calls
