// core_benchmark [--large] [Google Benchmark's options]: the core at 10 to a million services, with --large
// ten.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "benchmarks.h"

// Beyond, a commit for each start, compaction included, takes longer than it tells.
constexpr int64_t kMostWritten = 1'000'000;

int main(int argc, char** argv) {
  std::vector<int64_t> sizes = {10, 1000, 100'000, 1'000'000};
  char** end = argv + argc;
  char** large = std::find(argv, end, std::string_view("--large"));
  if (large != end) {
    sizes.push_back(10'000'000);
    std::copy(large + 1, end, large);
    --argc;
  }
  for (const int64_t size : sizes) {
    anon::bench::RegisterOperations(size);
    anon::bench::RegisterReplay(size);
    // In a small store, what is there once counts for more than what is there for each service.
    if (size < 1000) continue;
    anon::bench::RegisterMemory(size);
    if (size <= kMostWritten) anon::bench::RegisterWritten(size);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
