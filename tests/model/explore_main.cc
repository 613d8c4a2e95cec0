// npm run explore -- [--depth N] [--tabs 2|3] [--seconds N] … : see Usage. Exit code 1 if something is wrong.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "explorer.h"

namespace {

using anon::model::Bounds;
using anon::model::Bug;
using anon::model::Limits;

constexpr const char* kUsage =
    "explore [--depth N] [--seconds N] [--complete N] [--tabs 1-3] [--services N] [--associations N]\n"
    "        [--visits N] [--postings 1-4] [--pieces N] [--time 0|1] [--plans 0|1] [--reset 0|1]\n"
    "        [--too-large 0|1] [--refusals 0|1] [--farewells 0|1] [--behind 0|1] [--bug 0-4]\n";

bool Set(const std::string& name, double value, Bounds* bounds, Limits* limits, Bug* bug) {
  const auto count = static_cast<size_t>(value);
  const bool on = value != 0;
  if (name == "--depth")
    limits->depth = count;
  else if (name == "--seconds")
    limits->seconds = value;
  else if (name == "--complete")
    limits->complete = count;
  else if (name == "--tabs" && count >= 1 && count <= anon::model::kMostTabs)
    bounds->tabs = count;
  else if (name == "--services")
    bounds->services = count;
  else if (name == "--associations")
    bounds->associations = count;
  else if (name == "--visits")
    bounds->visits = count;
  else if (name == "--postings" && count >= 1 && count <= anon::model::kMostPostings)
    bounds->postings = count;
  else if (name == "--pieces")
    bounds->pieces = count;
  else if (name == "--time")
    bounds->time = on;
  else if (name == "--plans")
    bounds->plans = on;
  else if (name == "--reset")
    bounds->reset = on;
  else if (name == "--too-large")
    bounds->too_large = on;
  else if (name == "--farewells")
    bounds->farewells = on;
  else if (name == "--refusals")
    bounds->refusals = on;
  else if (name == "--behind")
    bounds->behind = on;
  else if (name == "--bug" && count <= 4)
    *bug = static_cast<Bug>(count);
  else
    return false;
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Bounds bounds;
  Limits limits;
  Bug bug = Bug::kNone;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 >= argc || !Set(argv[i], std::atof(argv[i + 1]), &bounds, &limits, &bug)) {
      std::fputs(kUsage, stderr);
      return 2;
    }
  }
  anon::model::Stage stage(bounds, bug);
  const auto report = anon::model::Explore(&stage, limits);
  std::fputs(anon::model::Print(report).c_str(), stdout);
  return report.wrong.empty() ? 0 : 1;
}
