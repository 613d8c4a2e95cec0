#include "scenes.h"

namespace anon::model {
namespace {

// A service that was started in a visit of nobody, then planned for A, associated, and delivered.
std::vector<Step> HandedOver() {
  using Kind = Step::Kind;
  return {
      {Kind::kStart, 0, 0},   {Kind::kSignOut, 0, 0}, {Kind::kPlan, 0, 1},   {Kind::kAssociatePlanned, 0, 0},
      {Kind::kFetch, 0, 0},   {Kind::kMark, 0, 0},    {Kind::kCookie, 0, 1}, {Kind::kPost, 0, 0},
      {Kind::kDeliver, 0, 0}, {Kind::kRecord, 0, 0}};
}

std::vector<Scene> Make() {
  const Bounds usual;
  std::vector<Scene> scenes;
  const auto add = [&](const char* name, const char* about, size_t depth, size_t complete, auto change) {
    Scene scene{name, about, usual, depth, complete, {}};
    change(&scene.bounds);
    scenes.push_back(scene);
  };
  add("usual", "two services, an association and its undo or another, two visits, a lossy network", 11, 50,
      [](Bounds*) {});
  add("again", "what was undone is associated again", 9, 20,
      [](Bounds* bounds) { bounds->associations = 3; });
  add("plans", "plans that are carried out later, three visits", 7, 50, [](Bounds* bounds) {
    bounds->plans = true;
    bounds->visits = 3;
  });
  add("reset", "the browser is reset, three visits", 7, 50, [](Bounds* bounds) {
    bounds->reset = true;
    bounds->visits = 3;
  });
  add("parts", "bodies of two services are refused on the way, and go in parts", 11, 50, [](Bounds* bounds) {
    bounds->too_large = true;
    bounds->postings = 3;
  });
  add("ids", "a page remembers the ids of all services, three visits", 8, 50, [](Bounds* bounds) {
    bounds->ids = true;
    bounds->visits = 3;
  });
  add("refusals", "the server refuses everything for a while; what was rejected is retried", 10, 20,
      [](Bounds* bounds) { bounds->refusals = true; });
  add("refused", "parts are refused and retried", 14, 20, [](Bounds* bounds) {
    bounds->tabs = 1;
    bounds->visits = 1;
    bounds->too_large = true;
    bounds->refusals = true;
  });
  add("farewells", "pages that go away send slices of what they had posted", 11, 20, [](Bounds* bounds) {
    bounds->farewells = true;
    bounds->postings = 3;
  });
  add("checkpoint", "the journal is compacted", 9, 50, [](Bounds* bounds) { bounds->pieces = 1; });
  add("behind", "tabs keep in memory what they have read", 8, 50,
      [](Bounds* bounds) { bounds->behind = true; });
  add("late", "the undo window passes", 8, 20, [](Bounds* bounds) { bounds->time = true; });
  add("edits", "services are edited, before and after", 12, 20, [](Bounds* bounds) {
    bounds->edits = 1;
    bounds->associations = 3;
    bounds->services = 1;
  });
  add("agents", "somebody at the server moves a service to another customer", 12, 20, [](Bounds* bounds) {
    bounds->agents = true;
    bounds->associations = 3;
    bounds->services = 1;
  });
  add("over", "a service of nobody's visit is A's already, and may become B's", 8, 20, [](Bounds* bounds) {
    bounds->plans = true;
    bounds->services = 1;
    bounds->associations = 4;
    bounds->visits = 5;
  });
  scenes.back().before = HandedOver();
  return scenes;
}

}  // namespace

const std::vector<Scene>& Scenes() {
  static const std::vector<Scene> scenes = Make();
  return scenes;
}

const Scene* FindScene(std::string_view name) {
  for (const Scene& scene : Scenes()) {
    if (scene.name == name) return &scene;
  }
  return nullptr;
}

}  // namespace anon::model
