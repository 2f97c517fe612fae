// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/html_report.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "toolformer/base/sha256.h"
#include "toolformer/inspect/embedded/chart_js.h"
#include "toolformer/inspect/embedded/documents_js.h"
#include "toolformer/inspect/embedded/dom_js.h"
#include "toolformer/inspect/embedded/evaluation_js.h"
#include "toolformer/inspect/embedded/report_css.h"
#include "toolformer/inspect/embedded/report_html.h"
#include "toolformer/inspect/embedded/report_js.h"
#include "toolformer/inspect/embedded/tools_js.h"
#include "toolformer/record/compress.h"

namespace toolformer::inspect {
namespace {

constexpr std::size_t kLargestPlain = 256U << 10U;

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8U | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      text += i + j > bytes.size() ? '=' : kDigits[group >> (18 - 6 * j) & 63U];
  }
  return text;
}

/// As a content security policy names a source.
std::string hash_of(std::string_view source) {
  const std::string hex = base::sha256(source);
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return "sha256-" + base64(bytes);
}

/// No "<" in it: it stands inside a script element.
std::string plain_json(const nlohmann::ordered_json& data) {
  std::string text;
  for (const char c : data.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace)) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

void fill(std::string& page, std::string_view hole, std::string_view text) {
  page.replace(page.find(hole), hole.size(), text);
}

}  // namespace

std::string html_report(const nlohmann::ordered_json& data) {
  const std::string style(embedded::kReportCss);
  std::string script = "'use strict';\n";
  for (const std::string_view part :
       {embedded::kDomJs, embedded::kChartJs, embedded::kToolsJs, embedded::kDocumentsJs,
        embedded::kEvaluationJs, embedded::kReportJs}) {
    script += part;
  }
  const std::string json = plain_json(data);
  const bool is_large = json.size() > kLargestPlain;
  std::string page(embedded::kReportHtml);
  fill(page, "@style-hash@", hash_of(style));
  fill(page, "@script-hash@", hash_of(script));
  fill(page, "@style@", style);
  fill(page, "@encoding@", is_large ? "gzip" : "none");
  fill(page, "@script@", script);
  // Last: nothing that it holds is a hole.
  fill(page, "@data@",
       is_large ? base64(record::compress_block(json, record::Compression::kGzip)) : json);
  return page;
}

}  // namespace toolformer::inspect
