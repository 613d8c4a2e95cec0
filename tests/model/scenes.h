// Bounds by name: each is about something that can happen beside the usual.
#ifndef ANON_TESTS_MODEL_SCENES_H_
#define ANON_TESTS_MODEL_SCENES_H_

#include <string_view>
#include <vector>

#include "steps.h"
#include "world.h"

namespace anon::model {

struct Scene {
  const char* name;
  const char* about;
  Bounds bounds;
  size_t depth;              ///< that `npm test` explores
  size_t complete;           ///< every how many worlds it then brings to an end
  std::vector<Step> before;  ///< what has happened already
};

[[nodiscard]] const std::vector<Scene>& Scenes();
/// Null if there is none of that name.
[[nodiscard]] const Scene* FindScene(std::string_view name);

}  // namespace anon::model

#endif  // ANON_TESTS_MODEL_SCENES_H_
