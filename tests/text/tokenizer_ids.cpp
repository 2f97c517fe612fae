// SPDX-License-Identifier: Apache-2.0
// Token ids as the programs have them, for the scripts beside it: reads lines {"model", "texts"},
// writes
// {"ids": [[..]]}, or {"refused"} with the message.
#include <spdlog/spdlog.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "toolformer/base/error.h"
#include "toolformer/text/tokenizer.h"

int main() {
  using namespace toolformer;
  spdlog::set_level(spdlog::level::off);  // standard output is for answers
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto job = nlohmann::json::parse(line);
    nlohmann::json answer;
    try {
      const auto tokenizer = text::load_tokenizer(job.at("model").get<std::string>());
      answer["adds_bos"] = tokenizer->adds_bos();
      answer["size"] = tokenizer->size();
      answer["ids"] = nlohmann::json::array();
      for (const auto& text : job.at("texts"))
        answer["ids"].push_back(tokenizer->ids(text.get<std::string>()));
    } catch (const base::DataError& error) {
      answer = {{"refused", error.what()}};
    }
    std::cout << answer.dump() << std::endl;
  }
  return 0;
}
