// A small part of what `npm run explore` explores; and whether bugs that are planted are found, by a way that
// is as short as any.
#include "explorer.h"

#include <gtest/gtest.h>

#include "scenes.h"

namespace anon::model {
namespace {

class Explorer : public testing::TestWithParam<Scene> {};

TEST_P(Explorer, FindsNothingWrong) {
  const Scene& scene = GetParam();
  Stage stage(scene.bounds);
  const Report report = Explore(&stage, {scene.depth, 1e9, scene.complete}, scene.before);
  EXPECT_EQ(report.wrong, "") << Print(report);
  EXPECT_EQ(report.depth, scene.depth);
  EXPECT_GT(report.completed, 10U);
}

INSTANTIATE_TEST_SUITE_P(Scenes, Explorer, testing::ValuesIn(Scenes()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Explorer, ComesToAnEndWhereThereIsNoMore) {
  Bounds bounds;
  bounds.tabs = 1;
  bounds.services = 1;
  bounds.associations = 1;
  bounds.postings = 1;
  Stage stage(bounds);
  const Report report = Explore(&stage, {1000, 1e9, 1});
  EXPECT_EQ(report.wrong, "") << Print(report);
  EXPECT_TRUE(report.whole);
}

// With the bug the last of so many steps is wrong, and no way is shorter; without it nothing is.
void ExpectFound(const char* scene, Bug bug, size_t steps, const char* wrong) {
  const Bounds& bounds = FindScene(scene)->bounds;
  Stage planted(bounds, bug);
  const Report found = Explore(&planted, {steps, 1e9, 0});
  EXPECT_EQ(found.wrong, wrong) << Print(found);
  EXPECT_EQ(found.trace.size(), steps) << Print(found);
  Stage sound(bounds);
  EXPECT_EQ(Explore(&sound, {steps, 1e9, 0}).wrong, "");
}

TEST(PlantedBug, OfPostsBeforeTheyAreRecordedAsSentIsFound) {
  ExpectFound("usual", Bug::kPostsBeforeSent, 6, "4: never marked as sent, and at the server: association 1");
}

TEST(PlantedBug, OfAHostThatSendsForWhoeverIsThereIsFound) {
  ExpectFound("usual", Bug::kIgnoresVisits, 7, "2: made for A, and B's at the server: association 1");
}

TEST(PlantedBug, OfAServerThatAnswersBeforeItStoresIsFound) {
  ExpectFound("usual", Bug::kAnswersFirst, 8,
              "4: acknowledged, and the server has it otherwise: association 1");
}

TEST(PlantedBug, OfATabThatStoresWithoutALookIsFound) {
  ExpectFound("behind", Bug::kStoresBlindly, 2, "5: a tab that has read everything has another state");
}

}  // namespace
}  // namespace anon::model
