// SPDX-License-Identifier: Apache-2.0
// The records of the tests.
#pragma once

#include <string>

#include "toolformer/record/document.h"

namespace toolformer::fake {

/// The example of the contract and one more candidate.
inline record::Document lamps() {
  record::Document document;
  document.id = "s-017";
  document.text = "Of the 320 lamps, 48 (15%) failed in the first year.";
  document.meta = {{"date", "2019-04-25"}};
  document.has_calls = true;
  record::Call kept;
  kept.tool = "Calculator";
  kept.at = 22;
  kept.p_api = 0.083;
  kept.sample = 0;
  kept.input = "48 / 320";
  kept.result = "0.15";
  kept.loss = record::Losses{2.31, 2.28, 0.94};
  kept.delta = 1.34;
  kept.keep = true;
  record::Call failed = kept;
  failed.input = "48 / lamps";
  failed.sample = 1;
  failed.result.reset();
  failed.loss.reset();
  failed.delta.reset();
  failed.error = record::CallError{"bad_input", "not a number: lamps"};
  failed.keep = false;
  record::Call dropped = kept;
  dropped.input = "320 - 48";
  dropped.result = "272";
  dropped.at = 0;
  dropped.loss = record::Losses{2.0, 2.5, 1.9};
  dropped.delta = 0.1;
  dropped.keep = false;
  document.calls = {kept, failed, dropped};
  return document;
}

/// Whatever could steer a terminal or a browser, in every field that is shown.
inline record::Document hostile() {
  const std::string evil = std::string("\x1b[31m<script>&\"'\r\a") + '\0' + "\xE2\x80\xAE\xC2\x9B";
  record::Document document;
  document.id = "id" + evil;
  document.text = "text" + evil;
  document.meta = {{"date", "date" + evil}};
  record::Call call;
  call.tool = "Tool" + evil;
  call.input = "input" + evil;
  call.result = "result" + evil;
  call.at = 1000000;  // behind the end of the text
  call.error = record::CallError{"kind" + evil, "message" + evil};
  call.keep = false;
  document.calls = {call, call};
  document.calls[1].error.reset();
  document.calls[1].keep = true;
  document.calls[1].delta = 1e300;
  document.extra = {{"finish", "finish" + evil}};
  return document;
}

}  // namespace toolformer::fake
