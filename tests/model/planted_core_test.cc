// The same with a bug inside the core: tests.cmake builds compensate.cc without the mark that an undo leaves
// where nothing had come yet. What was undone then takes effect when it comes at last.
#include <gtest/gtest.h>

#include "explorer.h"
#include "scenes.h"

namespace anon::model {
namespace {

TEST(PlantedBug, OfAnUndoThatLeavesNoMarkIsFound) {
  Stage stage(FindScene("usual")->bounds);
  const Report found = Explore(&stage, {20, 1e9, 0});
  EXPECT_EQ(found.wrong, "3: its undo was acknowledged, and it is in effect: association 1") << Print(found);
  EXPECT_EQ(found.trace.size(), 13U) << Print(found);
}

}  // namespace
}  // namespace anon::model
