// SPDX-License-Identifier: Apache-2.0
// Regular expressions of Oniguruma, the engine of Hugging Face's tokenizers, in the words of PCRE2.
// What the two read differently is written out; what has no exact counterpart is refused by name:
//
//   \s \w \d \h, \p{..}, [:..:]   the sets of Unicode 16 (character_sets.h)
//   .  ^  $  \N  \O  \R           newline is U+000A alone; ^ and $ stand at every line
//   \b  \B                        by Oniguruma's \w
//   \v  \uHHHH  \xHH              one character (below U+0080 for \xHH)
//   [a[bc]]  [a-z&&[^b]]          unions and intersections
//   (?m)  a(?i)b|c                the dot takes newlines too; the rest of the group is a group
//   {,n}  {n}+  {n}?  a**         {0,n}; a repetition repeated
//   \X  \K  \G  \y  (?~..)  (?x)  callouts, conditions, recursion, names in references: refused,
//   and so are letters beyond ASCII, ss, ff, fi, fl and st behind (?i): refused, for they fold into
//   one another
#pragma once

#include <string>
#include <string_view>

namespace toolformer::text {

/// Throws DataError that names `origin`, the pattern and the construct.
std::string translate_oniguruma(std::string_view pattern, const std::string& origin);

}  // namespace toolformer::text
