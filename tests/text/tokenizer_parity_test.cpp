// SPDX-License-Identifier: Apache-2.0
// Both real models against transformers, on 3,000 real texts and nasty ones:
// tests/parity/tokenizer_golden.py describes the lines of the golden files.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "fake/test_files.h"
#include "text/tokenizer_cases.h"
#include "toolformer/base/utf8.h"
#include "toolformer/record/byte_source.h"
#include "toolformer/record/line_reader.h"

namespace toolformer::text {
namespace {

std::string fnv(const std::vector<Token>& tokens) {
  std::uint64_t value = 14695981039346656037u;
  for (const Token& token : tokens) {
    for (int shift = 0; shift < 32; shift += 8) {
      value = (value ^ (static_cast<std::uint32_t>(token.id) >> shift & 255)) * 1099511628211u;
    }
  }
  return fmt::format("{:016x}", value);
}

/// The texts of the first 1,000 lines of a data file.
class RealTexts {
 public:
  const std::string* find(const std::string& name, std::size_t index) {
    auto& texts = files_[name];
    if (texts.empty()) {
      const auto path = fake::data_file(name + ".jsonl.gz");
      if (!path) return nullptr;
      record::LineReader lines(record::open_bytes(path->string()));
      while (texts.size() < 1000) {
        const auto line = lines.next();
        if (!line) break;
        texts.push_back(nlohmann::json::parse(line->text).at("text"));
      }
    }
    return &texts.at(index);
  }

 private:
  std::map<std::string, std::vector<std::string>> files_;
};

std::string characters(char32_t base, char32_t step, const std::string& between) {
  std::vector<char32_t> block;
  for (char32_t c = base; c < base + 0x400; ++c) {
    if (c < 0xD800 || c >= 0xE000) block.push_back(c);
  }
  std::string text;
  for (std::size_t i = 0; i < block.size(); i += step) {
    if (i > 0) text += between;
    base::append_utf8(text, block[i]);
  }
  return text;
}

std::string repeated(const std::string& argument) {
  std::string one, text;
  base::append_utf8(one, static_cast<char32_t>(std::stoul(argument, nullptr, 16)));
  for (std::size_t count = std::stoul(argument.substr(argument.find(':') + 1)); count > 0; --count)
    text += one;
  return text;
}

/// One line of a golden file with its text; nothing when that text is not here.
struct Golden {
  std::string kind, argument, expected, text;
};

std::optional<Golden> parse(const std::string& line, RealTexts& real) {
  const std::size_t first = line.find(' '), last = line.rfind(' ');
  Golden golden{line.substr(0, first), line.substr(first + 1, last - first - 1),
                line.substr(last + 1), ""};
  if (golden.kind == "block" || golden.kind == "spaced") {
    const auto base = static_cast<char32_t>(std::stoul(golden.argument, nullptr, 16));
    golden.text = golden.kind == "block" ? characters(base, 1, "")
                                         : fmt::format("x{}", characters(base, 7, " "));
  } else if (golden.kind == "repeat") {
    golden.text = repeated(golden.argument);
  } else if (golden.kind == "string") {
    golden.text = nlohmann::json::parse(golden.argument);
  } else {
    const std::string* text = real.find(golden.kind, std::stoul(golden.argument));
    if (text == nullptr) return std::nullopt;
    golden.text = *text;
  }
  return golden;
}

/// Bytes that byte-level vocabularies may lack: SmolLM2 has no piece for some control characters,
/// and the reference drops them. SentencePiece reads U+2581 as a space.
bool loses_bytes(const Golden& golden) {
  const bool has_control = std::any_of(golden.text.begin(), golden.text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r';
  });
  return has_control || golden.text.find("\u2581") != std::string::npos;
}

class TokenizerParity : public testing::TestWithParam<const char*> {};

TEST_P(TokenizerParity, IdsEqualTransformersAndTextComesBack) {
  const auto model = fake::model_file(std::string(GetParam()) + ".gguf");
  if (!model) GTEST_SKIP() << GetParam() << ".gguf is not in $TOOLFORMER_MODELS";
  const auto tokenizer = load_tokenizer(*model);
  RealTexts real;
  std::ifstream file(
      fmt::format("{}/tests/parity/golden/tokenizer_{}.txt", TOOLFORMER_SOURCE_DIR, GetParam()));
  std::string line;
  int compared = 0, skipped = 0;
  while (std::getline(file, line)) {
    const auto golden = parse(line, real);
    if (!golden) {
      ++skipped;
      continue;
    }
    const std::vector<Token> tokens = tokenizer->encode(golden->text);
    const std::string ids = nlohmann::json(ids_of(tokens)).dump();
    EXPECT_EQ(golden->kind == "string" ? ids : fnv(tokens), golden->expected)
        << golden->kind << ' ' << golden->argument;
    expect_covers(*tokenizer, tokens, golden->text);
    EXPECT_TRUE(tokenizer->decode(ids_of(tokens)) == golden->text || loses_bytes(*golden))
        << golden->kind << ' ' << golden->argument;
    ++compared;
  }
  EXPECT_GT(compared, 700);
  if (skipped > 0)
    GTEST_SKIP() << compared << " texts equal; " << skipped
                 << " are not in $TOOLFORMER_SHARED_DATA";
}

INSTANTIATE_TEST_SUITE_P(Models, TokenizerParity,
                         testing::Values("gemma3-270m", "smollm2-135m-instruct"));

}  // namespace
}  // namespace toolformer::text
