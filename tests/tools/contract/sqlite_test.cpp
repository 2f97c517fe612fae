// SPDX-License-Identifier: Apache-2.0
#include "toolformer/tools/contract/sqlite.h"

#include <gtest/gtest.h>

namespace toolformer::tools {
namespace {

TEST(Sqlite, BindsAndReadsBack) {
  Database database(":memory:", Database::Mode::kCreate);
  database.execute("CREATE TABLE t(a, b)");
  const std::string with_nul("x'\"\0y", 5);
  Statement insert(database, "INSERT INTO t VALUES(?, ?)");
  insert.bind(1, with_nul);
  insert.bind(2, std::int64_t{-7});
  EXPECT_FALSE(insert.step());
  Statement select(database, "SELECT a, b FROM t");
  ASSERT_TRUE(select.step());
  EXPECT_EQ(select.text(0), with_nul);
  EXPECT_EQ(select.integer(1), -7);
  EXPECT_FALSE(select.step());
  select.reset();
  EXPECT_TRUE(select.step());
}

TEST(Sqlite, ThrowsWhatSqliteSays) {
  EXPECT_THROW(Database(testing::TempDir() + "no/such/file", Database::Mode::kReadOnly),
               SqliteError);
  Database database(":memory:", Database::Mode::kCreate);
  EXPECT_THROW(database.execute("SELECT * FROM nothing"), SqliteError);
  EXPECT_THROW(Statement(database, "SELEKT"), SqliteError);
  Statement statement(database, "SELECT 1");
  EXPECT_THROW(statement.bind(1, "x"), SqliteError);
}

}  // namespace
}  // namespace toolformer::tools
