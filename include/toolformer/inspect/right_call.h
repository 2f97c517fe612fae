// SPDX-License-Identifier: Apache-2.0
// Whether a call is right, where that can be known: by calls that people wrote (--gold), else by
// the text that follows.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "toolformer/record/document.h"

namespace toolformer::inspect {

/// Whether the text behind the call says what its result says. A number: the first number behind
/// the call, within the next 8 words, is that number. Else: one of those words is one of the
/// result that neither the text before nor another result of the same kind (`others`) has.
/// nullopt: no result.
std::optional<bool> result_follows(const record::Call& call, std::string_view text);

/// The calls of --gold: records with the same ids and texts whose calls are the right ones.
class GoldCalls {
 public:
  GoldCalls() = default;
  explicit GoldCalls(const std::string& file);

  bool empty() const { return documents_.empty(); }
  /// nullopt: no gold calls of this document are known. A call is right where a gold call of its
  /// tool with its result (its input, where neither has one) stands within 8 bytes.
  std::optional<bool> is_right(const std::string& document, const record::Call& call) const;
  /// Gold calls of the document that one of these calls equals.
  std::size_t found(const record::Document& document, const std::vector<std::size_t>& calls) const;
  std::size_t count(const std::string& document, const std::string& tool) const;
  std::set<std::string> tools_of(const std::string& document) const;

 private:
  std::map<std::string, std::vector<record::Call>> documents_;
};

/// By the gold calls where there are any, else by the text.
std::optional<bool> is_right(const GoldCalls& gold, const record::Document& document,
                             const record::Call& call);

}  // namespace toolformer::inspect
