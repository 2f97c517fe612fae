// SPDX-License-Identifier: Apache-2.0
// A line that simdjson has parsed, behind the methods of formats::JsonCursor: the same values, but
// no reasons. What is thrown here (LineRefused, simdjson_error) means: read the line by JsonCursor.
#pragma once

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "toolformer/formats/strict_json.h"

namespace toolformer::record {

struct LineRefused {};

class SimdCursor {
 public:
  explicit SimdCursor(simdjson::dom::element value) : value_(value) {}

  bool is(formats::JsonKind kind) const {
    using simdjson::dom::element_type;
    const element_type type = value_.type();
    switch (kind) {
      case formats::JsonKind::kObject:
        return type == element_type::OBJECT;
      case formats::JsonKind::kArray:
        return type == element_type::ARRAY;
      case formats::JsonKind::kString:
        return type == element_type::STRING;
      case formats::JsonKind::kNumber:
        return type == element_type::DOUBLE || type == element_type::INT64 ||
               type == element_type::UINT64;
      case formats::JsonKind::kNull:
        return type == element_type::NULL_VALUE;
      default:
        return type == element_type::BOOL && read_bool() == (kind == formats::JsonKind::kTrue);
    }
  }
  [[noreturn]] static formats::JsonKind kind() { throw LineRefused{}; }  // only reasons want it

  std::string read_string() const { return std::string(value_.get_string().value()); }
  double read_double() const { return value_.get_double(); }
  std::int64_t read_integer() const { return value_.get_int64(); }
  bool read_bool() const { return value_.get_bool(); }
  bool skip_null() const { return value_.is_null(); }
  template <class Json>
  Json read_value() {
    using simdjson::dom::element_type;
    switch (value_.type()) {
      case element_type::OBJECT: {
        Json object = Json::object();
        read_object([&](std::string_view key) {
          formats::append_member(object, std::string(key), read_value<Json>());
        });
        return object;
      }
      case element_type::ARRAY: {
        Json array = Json::array();
        read_array([&] { array.push_back(read_value<Json>()); });
        return array;
      }
      case element_type::STRING:
        return read_string();
      case element_type::BOOL:
        return read_bool();
      case element_type::NULL_VALUE:
        return nullptr;
      case element_type::DOUBLE:
        return read_double();
      default:  // as JsonCursor has them: unsigned where there is no sign
        if (std::uint64_t number = 0; value_.get(number) == simdjson::SUCCESS) return number;
        return read_integer();
    }
  }

  template <class Member>
  void read_object(Member&& member) {
    const simdjson::dom::object object = value_.get_object();
    Keys keys;
    for (const auto [key, value] : object) {
      keys.insert(key);
      value_ = value;
      member(key);
    }
  }
  template <class Element>
  void read_array(Element&& element) {
    const simdjson::dom::array array = value_.get_array();
    for (const simdjson::dom::element value : array) {
      value_ = value;
      element();
    }
  }
  static void finish() {}  // the parser has seen to it

 private:
  /// The keys of one object. Objects of more keys than it holds are JsonCursor's.
  class Keys {
   public:
    void insert(std::string_view key) {
      // One bit for each key: only where two share one, the keys themselves are compared.
      const std::string_view ends = key.empty() ? "  " : key;
      const std::size_t hash = key.size() * 7 + static_cast<unsigned char>(ends.front()) +
                               5U * static_cast<unsigned char>(ends.back());
      const std::uint64_t bit = std::uint64_t{1} << (hash % 64);
      if (count_ == keys_.size() || ((bits_ & bit) != 0 && holds(key))) throw LineRefused{};
      bits_ |= bit;
      keys_[count_++] = {key.data(), key.size()};
    }

   private:
    bool holds(std::string_view key) const {
      return std::any_of(keys_.begin(), keys_.begin() + count_, [&](const Key& other) {
        return key == std::string_view(other.data, other.size);
      });
    }
    struct Key {
      const char* data;
      std::size_t size;
    };
    std::array<Key, 32> keys_;  // the first `count_`; the others are not even set to zero
    std::size_t count_ = 0;
    std::uint64_t bits_ = 0;
  };

  simdjson::dom::element value_;  // what comes next
};

}  // namespace toolformer::record
