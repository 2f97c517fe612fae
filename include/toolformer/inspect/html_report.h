// SPDX-License-Identifier: Apache-2.0
// One self-contained HTML file: style and script of src/inspect/page/ and the data of the report.
// Its content security policy allows nothing but that very style and script, by their hashes;
// whatever documents, models and tools wrote is data that the script shows as text.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace toolformer::inspect {

/// `data`: see report_data.h. Above 256 KiB it is compressed.
std::string html_report(const nlohmann::ordered_json& data);

}  // namespace toolformer::inspect
