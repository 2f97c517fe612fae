// SPDX-License-Identifier: Apache-2.0
// The numbers of tf-annotate and tf-filter with the two real models against what transformers
// computed (filter_reference.py): the losses of real candidates under the three presets, p(open
// marker) under both prompt styles. --gtest_output=xml shows the largest differences.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "fake/test_files.h"
#include "toolformer/annotate/annotate.h"
#include "toolformer/filter/score.h"
#include "toolformer/filter/select.h"
#include "toolformer/formats/strict_json.h"
#include "toolformer/model/load.h"
#include "toolformer/record/document_json.h"

namespace toolformer {
namespace {

constexpr double kTolerance = 1e-3;
const std::filesystem::path kDirectory =
    std::filesystem::path(TOOLFORMER_SOURCE_DIR) / "tests/parity/filter";

std::vector<record::Document> candidates() {
  std::vector<record::Document> documents;
  std::ifstream in(kDirectory / "candidates.jsonl");
  for (std::string line; std::getline(in, line);) {
    documents.push_back(record::parse_document(line).document);
  }
  return documents;
}

class FilterParity : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const auto path = fake::model_file(GetParam() + ".gguf");
    if (!path)
      GTEST_SKIP() << "TOOLFORMER_MODELS names no directory with " << GetParam() << ".gguf";
    lm::ModelOptions options;
    options.model = path->string();
    options.device = "cpu";
    options.dtype = lm::Dtype::kFloat32;
    model_ = model::load_language_model(options);
    golden_ = formats::read_strict_json(kDirectory / (GetParam() + ".json"));
    documents_ = candidates();
    ASSERT_EQ(golden_.size(), documents_.size());
  }

  void TearDown() override { RecordProperty("largest_difference", std::to_string(largest_)); }

  void expect_near(double got, double expected) {
    EXPECT_NEAR(got, expected, kTolerance);
    largest_ = std::max(largest_, std::abs(got - expected));
  }

  void expect_call(const record::Call& call, const nlohmann::json& expected,
                   const filter::Criterion& criterion);

  std::unique_ptr<lm::LanguageModel> model_;
  nlohmann::json golden_;
  std::vector<record::Document> documents_;
  double largest_ = 0;
};

void FilterParity::expect_call(const record::Call& call, const nlohmann::json& expected,
                               const filter::Criterion& criterion) {
  if (expected.is_null()) {
    ASSERT_TRUE(call.error);
    EXPECT_EQ(call.error->kind, "not_finite");
    return;
  }
  ASSERT_TRUE(call.loss) << call.error->message;
  const record::Losses losses{expected["plain"], expected["no_result"], expected["result"]};
  expect_near(call.loss->plain, losses.plain);
  expect_near(*call.loss->no_result, *losses.no_result);
  expect_near(call.loss->result, losses.result);
  const double delta = filter::largest_delta(criterion.baseline, losses);
  if (std::abs(delta - criterion.gamma) > 2 * kTolerance) {
    EXPECT_EQ(filter::passes(criterion, *call.delta), filter::passes(criterion, delta));
  }
}

TEST_P(FilterParity, LossesAndDecisionsOfRealCandidates) {
  for (const std::string preset : {"primed", "windowed", "paper"}) {
    filter::Options options;
    options.preset = base::value_of<filter::Preset>("preset", preset);
    options.prompts = (kDirectory / "prompts").string();
    filter::Scorer scorer(*model_, options);
    std::size_t compared = 0;
    for (std::size_t d = 0; d < documents_.size(); ++d) {
      record::Document document = documents_[d];
      record::Summary summary;
      ASSERT_FALSE(scorer.score(document, summary));
      const nlohmann::json& expected = golden_[d]["losses"][preset];
      ASSERT_EQ(expected.size(), document.calls.size());
      for (std::size_t c = 0; c < document.calls.size(); ++c) {
        const record::Call& call = document.calls[c];
        SCOPED_TRACE(preset + " " + document.id + " byte " + std::to_string(call.at) + " " +
                     call.input);
        expect_call(call, expected[c], filter::criteria_of(options).of(call.tool));
        ++compared;
      }
    }
    EXPECT_GE(compared, 50U);
  }
}

TEST_P(FilterParity, ProbabilityOfTheOpenMarkerEverywhere) {
  for (const std::string style : {"primed", "instruct"}) {
    annotate::Options options;
    options.prompts = (kDirectory / "prompts").string();
    options.prompt_style.all = base::value_of<calls::PromptStyle>("prompt-style", style);
    options.k.all = 10000;
    options.tau_s.all = 0;
    options.no_input = {"Calculator"};  // places only: nothing is sampled
    annotate::Annotator annotator(*model_, options, 0);
    for (std::size_t d = 0; d < documents_.size(); ++d) {
      std::vector<record::Item> block(1);
      block[0].document = documents_[d];
      block[0].document.calls.clear();
      record::Summary summary;
      annotator.annotate(block, summary);
      const nlohmann::json& expected = golden_[d]["open"][style];
      EXPECT_EQ(block[0].document.calls.size(), expected.size())
          << style << " " << documents_[d].id;
      for (const record::Call& call : block[0].document.calls) {
        SCOPED_TRACE(style + " " + documents_[d].id + " byte " + std::to_string(call.at));
        ASSERT_TRUE(expected.contains(std::to_string(call.at)));
        expect_near(std::log(*call.p_api), expected[std::to_string(call.at)].get<double>());
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Parity, FilterParity,
                         testing::Values("gemma3-270m", "smollm2-135m-instruct"),
                         [](const testing::TestParamInfo<std::string>& test) {
                           return test.param.substr(0, test.param.find_first_of("23"));
                         });

}  // namespace
}  // namespace toolformer
