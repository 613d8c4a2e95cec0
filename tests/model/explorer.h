// Visits every world that can be reached, breadth first, each once: so the way to the first one that is wrong
// is as short as any.
#ifndef ANON_TESTS_MODEL_EXPLORER_H_
#define ANON_TESTS_MODEL_EXPLORER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "steps.h"

namespace anon::model {

struct Limits {
  size_t depth = 10;     ///< steps
  double seconds = 1e9;  ///< no new depth is begun, and none gone on with, after these
  size_t complete = 1;   ///< every how many worlds is brought to an end; 0: none
};

struct Report {
  std::string wrong;               ///< empty if nothing is
  std::vector<std::string> trace;  ///< the steps to what is wrong
  size_t depth = 0;                ///< explored wholly
  bool whole = false;              ///< there are no more worlds within the bounds
  std::vector<size_t> levels;      ///< worlds by the number of steps to them
  uint64_t worlds = 0;
  uint64_t steps = 0;
  uint64_t completed = 0;
  uint64_t browser_states = 0;
  uint64_t server_states = 0;
  uint64_t executions = 0;  ///< of the core
  double seconds = 0;
};

/// From the world that these steps lead to; they count as the beginning of every trace, not as depth.
[[nodiscard]] Report Explore(Stage* stage, const Limits& limits, const std::vector<Step>& before = {});

/// The report in words.
[[nodiscard]] std::string Print(const Report& report);

}  // namespace anon::model

#endif  // ANON_TESTS_MODEL_EXPLORER_H_
