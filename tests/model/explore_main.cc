// npm run explore -- [options]: the scenes (scenes.h) one after the other, or one of them, as deep as there
// is time for. Exit code 1 if something is wrong.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "explorer.h"
#include "scenes.h"

namespace {

using namespace anon::model;  // NOLINT(google-build-using-namespace)

constexpr const char* kUsage =
    "--scene NAME  only this one\n"
    "--depth N     steps, 99\n"
    "--seconds N   for each scene, 30\n"
    "--tabs N      1 to 3, 2\n"
    "--complete N  every how many worlds is brought to an end, 100; 0: none\n"
    "--bug N       planted: 1 posts before sent, 2 ignores visits, 3 answers first, 4 stores blindly\n"
    "--services N, --associations N, --visits N, --postings N (1 to 4)\n"
    "scenes:\n";

struct Options {
  std::string scene;
  Limits limits{99, 30, 100};
  Bug bug = Bug::kNone;
  size_t tabs = 0;  ///< 0: as the scene says; so below
  size_t services = 0;
  size_t associations = 0;
  size_t visits = 0;
  size_t postings = 0;
};

bool Read(std::string_view name, const char* value, Options* options) {
  const auto number = static_cast<size_t>(std::atoll(value));
  if (name == "--scene") {
    options->scene = value;
    return FindScene(value) != nullptr;
  }
  if (name == "--seconds") {
    options->limits.seconds = std::atof(value);
    return true;
  }
  if (name == "--bug") {
    options->bug = static_cast<Bug>(number);
    return number <= static_cast<size_t>(Bug::kStoresBlindly);
  }
  const struct {
    const char* name;
    size_t* to;
    size_t most;
  } numbers[] = {{"--depth", &options->limits.depth, 1000},
                 {"--complete", &options->limits.complete, SIZE_MAX},
                 {"--tabs", &options->tabs, kMostTabs},
                 {"--services", &options->services, 9},
                 {"--associations", &options->associations, 9},
                 {"--visits", &options->visits, 9},
                 {"--postings", &options->postings, kMostPostings}};
  for (const auto& one : numbers) {
    if (name != one.name) continue;
    *one.to = number;
    return number <= one.most;
  }
  return false;
}

bool Run(const Scene& scene, const Options& options) {
  Bounds bounds = scene.bounds;
  if (options.tabs != 0) bounds.tabs = options.tabs;
  if (options.services != 0) bounds.services = options.services;
  if (options.associations != 0) bounds.associations = options.associations;
  if (options.visits != 0) bounds.visits = options.visits;
  if (options.postings != 0) bounds.postings = options.postings;
  std::printf("%s: %s\n", scene.name, scene.about);
  std::fflush(stdout);
  Stage stage(bounds, options.bug);
  const Report report = Explore(&stage, options.limits, scene.before);
  std::fputs(Print(report).c_str(), stdout);
  std::fflush(stdout);
  return report.wrong.empty();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 < argc && Read(argv[i], argv[i + 1], &options)) continue;
    std::fputs(kUsage, stderr);
    for (const Scene& scene : Scenes()) std::fprintf(stderr, "  %-11s %s\n", scene.name, scene.about);
    return 2;
  }
  bool fine = true;
  for (const Scene& scene : Scenes()) {
    if (options.scene.empty() || options.scene == scene.name) fine = Run(scene, options) && fine;
  }
  return fine ? 0 : 1;
}
