// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/html_report.h"

#include <fmt/format.h>

#include "toolformer/base/terminal.h"
#include "toolformer/inspect/call_view.h"
#include "toolformer/inspect/document_view.h"

namespace toolformer::inspect {
namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>tf-inspect</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2.5rem; }
h3 { font-size: 1rem; margin: 1.8rem 0 .3rem; }
table { border-collapse: collapse; font-size: .86rem; }
th, td { text-align: left; padding: .15rem .7rem .15rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
th { cursor: pointer; } td.n { text-align: right; font-variant-numeric: tabular-nums; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: .2rem 0 .6rem; }
.kept { background: #2a82; border-radius: 3px; font-weight: 600; }
.candidate { background: #da02; border-radius: 3px; }
.dropped, .failed { color: #b33; } .faint { opacity: .65; }
</style></head><body>
<h1>Calls, and what became of them</h1>
)";

// Sorts a table by the column whose heading was clicked; numbers by their value.
constexpr std::string_view kTail = R"(<script>
for (const th of document.querySelectorAll('th')) th.addEventListener('click', () => {
  const body = th.closest('table').tBodies[0], column = th.cellIndex;
  const sign = th.dataset.sign = th.dataset.sign === '-1' ? 1 : -1;
  const key = row => row.cells[column].textContent;
  const value = text => text === '' ? -Infinity : Number(text);
  [...body.rows].sort((a, b) => sign * (isNaN(value(key(a))) || isNaN(value(key(b)))
    ? key(a).localeCompare(key(b)) : value(key(a)) - value(key(b)) || 0)).forEach(row => body.append(row));
});
</script></body></html>
)";

std::string css_class(Role role) {
  switch (role) {
    case Role::kKept:
      return "kept";
    case Role::kCandidate:
      return "candidate";
    case Role::kDropped:
      return "dropped";
    case Role::kFaint:
      return "faint";
    default:
      return "";
  }
}

std::string number_cell(const std::optional<double>& value) {
  return value ? fmt::format("<td class=\"n\">{:.3f}</td>", *value) : "<td class=\"n\"></td>";
}

std::string funnel_table(const Funnel& funnel) {
  std::string html =
      "<h2>Funnel</h2>\n<table><thead><tr><th>tool</th><th>documents</th><th>positions</th>"
      "<th>candidates</th><th>with a result</th><th>errors</th><th>scored</th><th>kept</th>"
      "<th>median delta</th></tr></thead><tbody>\n";
  for (const auto& [name, tool] : funnel.tools) {
    std::string errors;
    for (const auto& [kind, count] : tool.errors) {
      errors += fmt::format("{}{} {}", errors.empty() ? "" : ", ", count, escape_html(kind));
    }
    html += fmt::format(
        "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
        "<td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td>"
        "<td class=\"n\">{}</td><td class=\"n\">{}</td>",
        escape_html(name), tool.documents, tool.positions, tool.samples, tool.executed, errors,
        tool.scored, tool.kept);
    html +=
        number_cell(tool.deltas.empty() ? std::nullopt : std::optional(quantile(tool.deltas, 0.5)));
    html += "</tr>\n";
  }
  return html + "</tbody></table>\n";
}

std::string call_row(const record::Document& document, std::size_t anchor,
                     const record::Call& call) {
  const std::string fate = fate_name(fate_of(call));
  std::string row =
      fmt::format("<tr><td class=\"{0}\">{0}</td><td>{1}</td>", fate, escape_html(call_text(call)));
  row += number_cell(call.delta);
  const bool scored = call.loss.has_value();
  row += number_cell(scored ? std::optional(call.loss->plain) : std::nullopt);
  row += number_cell(scored ? call.loss->no_result : std::nullopt);
  row += number_cell(scored ? std::optional(call.loss->result) : std::nullopt);
  row += number_cell(call.p_api);
  row += fmt::format("<td>{}</td><td><a href=\"#d{}\">{}</a></td></tr>\n",
                     escape_html(reason_of(call)), anchor, escape_html(document.id));
  return row;
}

std::string call_table(const Report& report, const Options& options) {
  std::string html =
      "<h2>Calls</h2>\n<p class=\"faint\">A click on a heading sorts.</p>\n<table><thead><tr>"
      "<th>fate</th><th>call</th><th>delta</th><th>plain</th><th>no result</th><th>result</th>"
      "<th>p(call)</th><th>why</th><th>document</th></tr></thead><tbody>\n";
  for (std::size_t d = 0; d < report.documents.size(); ++d) {
    const record::Document& document = report.documents[d];
    for (const std::size_t i : list_calls(document, options).calls) {
      html += call_row(document, d, document.calls[i]);
    }
  }
  return html + "</tbody></table>\n";
}

std::string document_section(const record::Document& document, std::size_t anchor,
                             const Options& options) {
  std::string html =
      fmt::format("<h3 id=\"d{}\">{}</h3>\n<pre>", anchor, escape_html(heading_of(document)));
  const CallList list = list_calls(document, options);
  for (const Piece& piece : text_with_calls(document, list, options)) {
    const std::string name = css_class(piece.role);
    const std::string text = escape_html(piece.text);
    html += name.empty() ? text : fmt::format("<span class=\"{}\">{}</span>", name, text);
  }
  html += "</pre>\n";
  for (std::size_t n = 0; n < list.calls.size(); ++n) {
    const record::Call& call = document.calls[list.calls[n]];
    const std::string fate = fate_name(fate_of(call));
    html += fmt::format(
        "<div>{} <span class=\"{}\">{}</span> {} <span class=\"faint\">{} {}</span></div>\n", n + 1,
        fate, fate, escape_html(call_text(call)), escape_html(reason_of(call)),
        escape_html(numbers_of(call)));
  }
  return html;
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string result;
  for (const char c : base::escape_controls(text, true)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string html_report(const Report& report, const Options& options) {
  std::string html(kHead);
  html += fmt::format("<p>{} documents read, {} selected, {} shown.</p>\n", report.funnel.documents,
                      report.found, report.documents.size());
  for (const std::string& problem : report.problems) {
    html += "<p class=\"failed\">" + escape_html(problem) + "</p>\n";
  }
  if (!report.metrics.empty()) {
    html +=
        "<h2>Training</h2>\n<pre>" + escape_html(metrics_view(report.metrics, Page{})) + "</pre>\n";
  }
  html += funnel_table(report.funnel) + call_table(report, options);
  if (!report.documents.empty()) html += "<h2>Documents</h2>\n";
  for (std::size_t d = 0; d < report.documents.size(); ++d) {
    html += document_section(report.documents[d], d, options);
  }
  return html += kTail;
}

}  // namespace toolformer::inspect
