// SPDX-License-Identifier: Apache-2.0
// From the rows of a task's file to its items: records with the prompt as text, and the gold
// answers, the date, the cluster, the family and the ideal call's input in meta.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "toolformer/eval/task.h"
#include "toolformer/record/document.h"

namespace toolformer::eval {

/// JSON lines, one JSON list, or one JSON object whose rows `each` leads to; plain, .gz or .zst. A
/// file x.txt[.gz|.zst] gives rows {"text"}: WikiText's articles where it has their headings
/// (" = Title = "), else the whole. Throws UsageError when the file is missing, DataError that
/// names the line or byte that cannot be read.
std::vector<nlohmann::ordered_json> read_rows(const std::string& path,
                                              const std::vector<std::string>& each);

struct Items {
  std::vector<record::Document> documents;
  std::map<std::string, std::size_t> left_out;  ///< by reason
};

/// Keeps the order. Throws DataError when no row gives an item, with the fields of the first.
Items make_items(const Task& task, const std::vector<nlohmann::ordered_json>& rows,
                 const std::string& where);

/// One line each.
std::string to_lines(const Items& items);

}  // namespace toolformer::eval
