// SPDX-License-Identifier: Apache-2.0
// How long the local tools take, in CPU time of the calling thread.
//   bench_tool_speed INDEX QUESTIONS.txt     an index of tf-index; a question a line
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "toolformer/tools/builtin/calculator.h"
#include "toolformer/tools/builtin/wiki_search.h"

namespace {

using namespace toolformer;

double cpu_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

/// Calls of each input, shown as a distribution. The slowest are repeated: what an interrupt cost
/// once is not the tool's.
void measure(const std::string& what, const tools::Tool& tool,
             const std::vector<std::string>& inputs) {
  constexpr int kRepetitions = 5;
  std::vector<double> times;
  std::size_t answered = 0;
  for (const std::string& input : inputs) {
    double best = 1e9;
    for (int i = 0; i < (best > 0.5 ? kRepetitions : 1); ++i) {
      const double start = cpu_milliseconds();
      const tools::Outcome outcome = tool.call(input, {});
      best = std::min(best, cpu_milliseconds() - start);
      if (i == 0 && outcome.ok()) ++answered;
    }
    times.push_back(best);
  }
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) {
    return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
  };
  fmt::print(
      "{}: {} calls, {} answered; ms of CPU: median {:.3f}, 95% {:.3f}, 99% {:.3f}, most {:.3f}\n",
      what, times.size(), answered, at(0.5), at(0.95), at(0.99), at(1));
}

/// What a model, or somebody who means harm, could write: nesting, huge numbers and powers of work,
/// other scripts, and pieces of everything in any order.
std::vector<std::string> hostile_expressions() {
  const auto many = [](const std::string& piece, int count) {
    std::string text;
    while (count-- > 0) text += piece;
    return text;
  };
  std::vector<std::string> all = {"9^9^9", "9**9**9",  "1e308*10",  "-9223372036854775808/-1",
                                  "1/0",   "0/0",      "0x7f",      "1..2",
                                  "1,5",   "\xd9\xa3", "import os", "__import__('os')"};
  for (const int count : {10, 100, 1000, 2000, 4000}) {
    for (const char* piece :
         {"(", ")", "-", "((1+", "1/3+", "9*", "99999999*", "1/7*", "--1", "%", "0.1/", "1/0+"}) {
      all.push_back(many(piece, count / static_cast<int>(std::string(piece).size())));
      all.push_back(all.back() + "1");
    }
    all.push_back(many("9", count));
    all.push_back(many("9", count / 2) + "*" + many("9", count / 2));
    all.push_back(many("(", count / 2) + "1" + many(")", count / 2));
  }
  const std::vector<std::string> pieces = {
      "(", ")", "+",  "-",  "*", "/",  "%",    "1",    "9999999999", ".",    "1,000",
      "$", "x", "0x", "e9", " ", "\n", "\xc3", "((((", "/3",         "1/7+", "0.0000000001"};
  std::mt19937_64 random(8);
  while (all.size() < 10'000) {
    std::string text;
    for (std::size_t n = random() % 400; n > 0; --n) text += pieces[random() % pieces.size()];
    all.push_back(text);
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  measure("Calculator, hostile expressions", tools::Calculator(), hostile_expressions());
  if (argc < 3) return 0;
  std::ifstream file(argv[2]);
  std::vector<std::string> questions;
  for (std::string line; std::getline(file, line);) questions.push_back(line);
  measure("WikiSearch", tools::WikiSearch(argv[1]), questions);
  return 0;
}
