// SPDX-License-Identifier: Apache-2.0
// The elements of one JSON array of objects, one after the other, however long it is.
#pragma once

#include "toolformer/record/character_source.h"
#include "toolformer/record/record_lines.h"

namespace toolformer::record {

/// Whether bytes begin with an array whose first element is an object.
bool is_array_of_objects(std::string_view start);

class JsonArrayLines : public RecordLines {
 public:
  explicit JsonArrayLines(BegunSource source) : source_(std::move(source)) {}
  /// An element that is too long is told as such and passed over; where an array that is broken or
  /// cut off ends, Line::damage says why.
  std::optional<Line> next() override;
  std::uint64_t consumed() const override { return source_.consumed(); }

 private:
  int next_visible();
  bool read_element(int first);
  Line damaged(const std::string& why);

  CharacterSource source_;
  std::string element_;
  std::size_t number_ = 0;
  bool ended_ = false;
};

}  // namespace toolformer::record
