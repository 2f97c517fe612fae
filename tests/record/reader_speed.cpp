// SPDX-License-Identifier: Apache-2.0
// How fast documents are read with every check, and written: reader_speed FILE... Not a test.
#include <fmt/format.h>

#include <ctime>
#include <vector>

#include "toolformer/record/document_json.h"
#include "toolformer/record/document_reader.h"

namespace {

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace toolformer::record;
  RunOptions options;
  options.input.assign(argv + 1, argv + argc);
  DocumentReader reader(options);
  std::size_t records = 0, rejected = 0, written = 0;
  double read_seconds = 0, write_seconds = 0;
  for (;;) {
    std::vector<Item> block;
    const double start = cpu_seconds();
    for (std::optional<Item> item; block.size() < 256 && (item = reader.next());)
      block.push_back(std::move(*item));
    const double between = cpu_seconds();
    for (const Item& item : block) {
      written += to_json_line(item.document).size() + 1;
      if (item.reject) ++rejected;
    }
    read_seconds += between - start;
    write_seconds += cpu_seconds() - between;
    records += block.size();
    if (block.empty()) break;
  }
  std::uint64_t stored = 0;
  for (const InputFile& file : reader.files()) stored += file.size;
  const auto rate = [](std::uint64_t bytes, double seconds) {
    return static_cast<double>(bytes) / seconds / 1e6;
  };
  fmt::print(
      "read {} records ({} rejected), {:.0f} MB of input a CPU second; wrote {:.0f} MB a CPU "
      "second\n",
      records, rejected, rate(stored, read_seconds), rate(written, write_seconds));
  options.shard = {1, 100000};
  const double start = cpu_seconds();
  DocumentReader shard(options);
  while (shard.next()) {
  }
  fmt::print("passed over the records of other shards at {:.0f} MB a CPU second\n",
             rate(stored, cpu_seconds() - start));
  return 0;
}
