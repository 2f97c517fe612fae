// SPDX-License-Identifier: Apache-2.0
#include "toolformer/formats/strict_json.h"

#include <unordered_set>
#include <vector>

#include "toolformer/base/error.h"
#include "toolformer/formats/byte_reader.h"
#include "toolformer/formats/mapped_file.h"

namespace toolformer::formats {

using base::DataError;
using base::throw_error;

nlohmann::json parse_strict_json(std::string_view text, const std::string& name, int max_depth) {
  using Event = nlohmann::json::parse_event_t;
  std::vector<std::unordered_set<std::string>> keys;  // of the objects that are open
  const auto check = [&](int depth, Event event, nlohmann::json& parsed) {
    if (depth > max_depth)
      throw_error<DataError>("{}: JSON nested deeper than {}", name, max_depth);
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key && !keys.back().insert(parsed.get_ref<const std::string&>()).second) {
      throw_error<DataError>("{}: the key {} stands twice in one object", name,
                             printable(parsed.get_ref<const std::string&>()));
    }
    return true;
  };
  try {
    return nlohmann::json::parse(text.begin(), text.end(), check);
  } catch (const nlohmann::json::parse_error& error) {
    throw_error<DataError>("{}: byte {}: not valid JSON: {}", name, error.byte,
                           printable(error.what()));
  } catch (const nlohmann::json::exception& error) {  // e.g. a number out of range
    throw_error<DataError>("{}: not valid JSON: {}", name, printable(error.what()));
  }
}

nlohmann::json read_strict_json(const std::filesystem::path& path, std::size_t max_bytes) {
  const MappedFile file(path);
  if (file.bytes().size() > max_bytes) {
    throw_error<DataError>("{}: has {} bytes, more than the {} that are allowed", path.string(),
                           file.bytes().size(), max_bytes);
  }
  return parse_strict_json(
      {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()}, path.string());
}

}  // namespace toolformer::formats
