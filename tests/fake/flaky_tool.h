// SPDX-License-Identifier: Apache-2.0
// A remote tool that fails now and then: seeded, by input and number of the try, so that threads
// and order change nothing.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "toolformer/base/random.h"
#include "toolformer/tools/contract/tool.h"

namespace toolformer::fake {

class FlakyTool : public tools::Tool {
 public:
  FlakyTool(std::unique_ptr<tools::Tool> tool, double failing, std::uint64_t seed)
      : tool_(std::move(tool)), failing_(failing), seed_(seed) {}

  std::string name() const override { return tool_->name(); }
  std::string version() const override { return tool_->version(); }
  tools::ToolTraits traits() const override {
    return {.uses_date = tool_->traits().uses_date, .is_remote = true};
  }

  tools::Outcome call(std::string_view input, const tools::CallContext& context) const override {
    if (fails(std::string(input))) {
      return tools::Outcome::transient_error("unavailable", "fault by design");
    }
    return tool_->call(input, context);
  }

  std::size_t calls() const { return calls_; }
  std::size_t faults() const { return faults_; }

 private:
  bool fails(const std::string& input) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++calls_;
    const std::uint64_t number = tries_[input]++;
    const bool failed =
        base::KeyedRandom(seed_, {name(), input, "fault"}).uniform(number) < failing_;
    faults_ += failed ? 1 : 0;
    return failed;
  }

  std::unique_ptr<tools::Tool> tool_;
  double failing_;
  std::uint64_t seed_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::uint64_t> tries_;
  mutable std::size_t calls_ = 0, faults_ = 0;
};

}  // namespace toolformer::fake
