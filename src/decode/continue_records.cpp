// SPDX-License-Identifier: Apache-2.0
#include "toolformer/decode/continue_records.h"

#include <map>
#include <utility>

#include "toolformer/base/stop_signal.h"
#include "toolformer/decode/sequence_scheduler.h"
#include "toolformer/tools/contract/document_context.h"

namespace toolformer::decode {

void continue_records(const Setting& setting, record::ShardRecords& records,
                      const RecordWriter& writer) {
  const Watcher watcher{.text = {}, .call = {}, .go_on = [] { return !base::stop_requested(); }};
  SequenceScheduler scheduler(setting);
  std::map<std::size_t, record::Item*> under_way;  // by ordinal
  lm::WorkCounters counted = setting.model.counters();
  for (bool left = true; left || !scheduler.empty();) {
    while (left && scheduler.has_room()) {
      record::Item* item = records.next();
      left = item != nullptr;
      if (!left) break;
      const record::Document& document = item->document;
      Prompt prompt{document.id, document.text, tools::context_of(document), &watcher};
      const std::string reason = refusal(setting, prompt);
      if (reason.empty()) {
        under_way.emplace(item->ordinal, item);
        scheduler.add(item->ordinal, std::move(prompt));
        continue;
      }
      record::Summary counts;
      writer.refuse(*item, reason, counts);
      records.done(item, std::move(counts));
    }
    for (const auto& [ordinal, generation] : scheduler.step()) {
      if (generation.finish == Generation::Finish::kCancelled) records.stop_if_asked();
      record::Item* item = under_way.extract(ordinal).mapped();
      record::Summary counts;
      writer.write(*item, generation, counts);
      counts.count(setting.model.counters().since(counted));
      counted = setting.model.counters();
      records.done(item, std::move(counts));
    }
  }
}

}  // namespace toolformer::decode
