// SPDX-License-Identifier: Apache-2.0
#include "toolformer/decode/continue_records.h"

#include <map>
#include <utility>

#include "toolformer/base/error.h"
#include "toolformer/base/stop_signal.h"
#include "toolformer/record/document_date.h"

namespace toolformer::decode {

void continue_records(const Setting& setting, const record::NextRecord& next,
                      const record::RecordDone& done, const RecordWriter& writer) {
  const Watcher watcher{.text = {}, .call = {}, .go_on = [] { return !base::stop_requested(); }};
  std::map<std::size_t, record::Item*> under_way;  // by number of the prompt
  std::size_t given = 0;
  lm::WorkCounters counted = setting.model.counters();
  generate_each(
      setting,
      [&]() -> std::optional<Prompt> {
        while (record::Item* item = next()) {
          const record::Document& document = item->document;
          Prompt prompt{document.id, document.text, {.date = record::date_of(document)}, &watcher};
          const std::string reason = refusal(setting, prompt);
          if (!reason.empty()) {
            record::Summary counts;
            writer.refuse(*item, reason, counts);
            done(item, std::move(counts));
            continue;
          }
          under_way.emplace(given++, item);
          return prompt;
        }
        return std::nullopt;
      },
      [&](std::size_t index, const Generation& generation) {
        if (generation.finish == Generation::Finish::kCancelled)
          throw base::Interrupted("stopped while generating");
        record::Item* item = under_way.extract(index).mapped();
        record::Summary counts;
        writer.write(*item, generation, counts);
        counts.count(setting.model.counters().since(counted));
        counted = setting.model.counters();
        done(item, std::move(counts));
      });
}

}  // namespace toolformer::decode
