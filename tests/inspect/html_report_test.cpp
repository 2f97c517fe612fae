// SPDX-License-Identifier: Apache-2.0
#include "toolformer/inspect/html_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inspect/sample_records.h"
#include "toolformer/inspect/report_data.h"

namespace toolformer::inspect {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string page_of(const record::Document& document) {
  Report report;
  report.documents = {document};
  report.found = 1;
  report.funnel.add(document, {});
  report.funnel.finish();
  return html_report(report_data(report, {}));
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

TEST(HtmlReport, HoldsTheTextTheCallsAndTheNumbers) {
  const std::string html = page_of(fake::lamps());
  EXPECT_THAT(html, HasSubstr("\"i\":\"48 / 320\",\"r\":\"0.15\",\"d\":1.34"));
  EXPECT_THAT(html, HasSubstr("[\"bad_input\",\"not a number: lamps\"]"));
  EXPECT_THAT(html, HasSubstr("\"counts\":{\"read\":1,\"found\":1,\"shown\":1,\"calls\":3}"));
}

TEST(HtmlReport, NothingOfTheRecordsIsMarkup) {
  record::Document document = fake::hostile();
  document.text += "</script><script>@data@@script@";
  const std::string html = page_of(document);
  EXPECT_EQ(count_of(html, "<script>"), 1u);   // its own
  EXPECT_EQ(count_of(html, "</script>"), 2u);  // of the data and its own
  EXPECT_THAT(html, HasSubstr("\\u003c/script>\\u003cscript>@data@@script@"));
  for (const char c : html) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

TEST(HtmlReport, LoadsNothingFromElsewhere) {
  const std::string html = page_of(fake::lamps());
  EXPECT_THAT(html, Not(HasSubstr("src=")));
  EXPECT_THAT(html, Not(HasSubstr("https:")));
  EXPECT_THAT(html, HasSubstr("default-src 'none'; style-src 'sha256-"));
  EXPECT_THAT(html, Not(HasSubstr("unsafe-inline")));
}

TEST(HtmlReport, CompressesWhatIsLarge) {
  record::Document document = fake::lamps();
  document.text = std::string(1'000'000, 'x');
  const std::string html = page_of(document);
  EXPECT_THAT(html, HasSubstr("data-encoding=\"gzip\">H4sI"));  // the magic of gzip, in base 64
  EXPECT_LT(html.size(), 100'000u);
  EXPECT_THAT(page_of(fake::lamps()), HasSubstr("data-encoding=\"none\">{"));
}

}  // namespace
}  // namespace toolformer::inspect
