// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/html_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inspect/sample_records.h"

namespace toolformer::inspect {
namespace {

using testing::HasSubstr;
using testing::Not;

Report report_of(const record::Document& document) {
  Report report;
  report.documents = {document};
  report.found = 1;
  report.funnel.add(document, {});
  report.funnel.finish();
  return report;
}

TEST(HtmlReport, HoldsTheTextTheCallsAndTheNumbers) {
  const std::string html = html_report(report_of(fake::lamps()), {});
  EXPECT_THAT(html, HasSubstr("<span class=\"kept\"> [Calculator(48 / 320) -&gt; 0.15]</span>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"n\">1.340</td>"));
  EXPECT_THAT(html, HasSubstr("bad_input: not a number: lamps"));
  EXPECT_THAT(html, HasSubstr("1 documents read, 1 selected, 1 shown."));
}

TEST(HtmlReport, NothingOfTheRecordsIsMarkup) {
  Report report = report_of(fake::hostile());
  report.problems = {"x.jsonl:3: <b>broken</b>"};
  const std::string html = html_report(report, {});
  std::size_t scripts = 0;
  for (std::size_t at = 0; (at = html.find("<script>", at)) != std::string::npos; ++at) ++scripts;
  EXPECT_EQ(scripts, 1u);  // its own
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
  EXPECT_EQ(html.find('\0'), std::string::npos);
  EXPECT_EQ(html.find('\x1b'), std::string::npos);
}

TEST(HtmlReport, LoadsNothingFromElsewhere) {
  const std::string html = html_report(report_of(fake::lamps()), {});
  EXPECT_THAT(html, Not(HasSubstr("src=")));
  EXPECT_THAT(html, Not(HasSubstr("http:")));
  EXPECT_THAT(html, Not(HasSubstr("https:")));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
}

TEST(HtmlReport, Escapes) {
  EXPECT_EQ(escape_html("<a href=\"x\">'&'</a>\n"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;\n");
}

}  // namespace
}  // namespace toolformer::inspect
