// SPDX-License-Identifier: Apache-2.0
#include "toolformer/record/line_reader.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstring>

namespace toolformer::record {
namespace {

/// Bytes in pieces of a given size, or one letter for ever.
class FakeSource : public ByteSource {
 public:
  FakeSource(std::string bytes, std::size_t piece, std::optional<std::string> damage = {})
      : bytes_(std::move(bytes)), piece_(piece), damage_(std::move(damage)) {}
  std::size_t read(char* bytes, std::size_t count) override {
    if (letters_ > 0) {
      const std::size_t got = std::min(letters_, count);
      std::memset(bytes, 'a', got);
      letters_ -= got;
      return got;
    }
    const std::size_t got = std::min({piece_, count, bytes_.size() - at_});
    std::memcpy(bytes, bytes_.data() + at_, got);
    at_ += got;
    return got;
  }
  std::optional<std::string> damage() const override { return damage_; }
  std::uint64_t consumed() const override { return at_; }
  void put_letters_before(std::size_t count) { letters_ = count; }

 private:
  std::string bytes_;
  std::size_t piece_, at_ = 0, letters_ = 0;
  std::optional<std::string> damage_;
};

std::vector<std::string> lines_of(const std::string& bytes, std::size_t piece,
                                  std::optional<std::string> damage = {}) {
  LineReader reader(std::make_unique<FakeSource>(bytes, piece, std::move(damage)));
  std::vector<std::string> lines;
  while (const auto line = reader.next()) {
    lines.push_back(std::to_string(line->number) + ":" + std::string(line->text) +
                    (line->too_long ? "<long>" : "") +
                    (line->damage ? "<" + *line->damage + ">" : ""));
  }
  return lines;
}

TEST(LineReader, NumbersLinesAndSkipsBlankOnes) {
  for (const std::size_t piece : {1U, 2U, 3U, 1000U}) {
    EXPECT_THAT(lines_of("a\n\n  \t\r\nbc\r\nd", piece),
                testing::ElementsAre("1:a", "4:bc", "5:d"));
    EXPECT_THAT(lines_of("\xEF\xBB\xBFx\n\xEF\xBB\xBFy\n", piece),
                testing::ElementsAre("1:x", "2:\xEF\xBB\xBFy"));
    EXPECT_THAT(lines_of("", piece), testing::IsEmpty());
    EXPECT_THAT(lines_of("\n\n", piece), testing::IsEmpty());
    EXPECT_THAT(lines_of("\xEF\xBB\xBF", piece), testing::IsEmpty());
  }
}

TEST(LineReader, HalfALineOfADamagedFileIsNoLine) {
  EXPECT_THAT(lines_of("a\nb", 1, "cut off"), testing::ElementsAre("1:a", "2:<cut off>"));
  EXPECT_THAT(lines_of("a\nb\n", 1, "cut off"), testing::ElementsAre("1:a", "2:b", "3:<cut off>"));
  EXPECT_THAT(lines_of("", 1, "cut off"), testing::ElementsAre("1:<cut off>"));
}

TEST(LineReader, LongLinesAreNamedAndPassedOver) {
  const std::string longest(kMaxLineBytes, 'x');
  LineReader reader(
      std::make_unique<FakeSource>("a\n" + longest + "\r\n" + longest + "y\nb", 1U << 20U));
  EXPECT_EQ(reader.next()->text, "a");
  EXPECT_EQ(reader.next()->text.size(), kMaxLineBytes);
  const auto line = reader.next();
  EXPECT_TRUE(line->too_long);
  EXPECT_EQ(line->number, 3U);
  EXPECT_EQ(line->text, "");
  EXPECT_EQ(reader.next()->text, "b");
  EXPECT_FALSE(reader.next().has_value());
}

TEST(LineReader, AGigabyteWithoutNewlineTakesLittleMemory) {
  auto source = std::make_unique<FakeSource>("\nb", 1000);
  source->put_letters_before(1U << 30U);
  LineReader reader(std::move(source));
  EXPECT_TRUE(reader.next()->too_long);
  EXPECT_EQ(reader.next()->text, "b");
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  EXPECT_LT(usage.ru_maxrss, 400 * 1024) << "kilobytes";
}

}  // namespace
}  // namespace toolformer::record
