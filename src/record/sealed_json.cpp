// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/sealed_json.h"

#include "toolformer/base/error.h"
#include "toolformer/base/sha256.h"

namespace toolformer::record {
namespace {

using Json = nlohmann::ordered_json;
constexpr const char* kSeal = "sha256";

std::string seal_of(const Json& json) {
  base::Sha256 hash;
  hash.update(json.dump());
  return hash.hex();
}

}  // namespace

std::string seal(Json json) {
  json[kSeal] = seal_of(json);
  return json.dump(1) + "\n";
}

Json unseal(const std::string& text, const std::string& file) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto found = json.is_object() ? json.find(kSeal) : json.end();
  if (!json.is_object() || found == json.end() || !found->is_string()) {
    base::throw_error<base::DataError>(
        "{}: damaged: it has no checksum of itself; begin again with --restart", file);
  }
  const std::string expected = found->get<std::string>();
  json.erase(kSeal);
  const std::string actual = seal_of(json);
  if (actual != expected) {
    base::throw_error<base::DataError>(
        "{}: damaged: its checksum is {}, its content has {}; begin "
        "again with --restart",
        file, expected, actual);
  }
  return json;
}

}  // namespace toolformer::record
