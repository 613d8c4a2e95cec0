// core_benchmark SERVICES [Google Benchmark's options]: the core at one size of the store.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "benchmarks.h"

namespace {

// In a smaller store, what is there once counts for more than what is there for each service.
constexpr int64_t kLeastMeasured = 1000;
// Beyond, growing by one commit for each start, compaction included, takes longer than it tells.
constexpr int64_t kMostWritten = 100'000;

}  // namespace

int main(int argc, char** argv) {
  const int64_t services = argc < 2 ? 0 : std::atoll(argv[1]);
  if (services <= 0) {
    std::fputs("usage: core_benchmark SERVICES [--benchmark_filter=…]\n", stderr);
    return 1;
  }
  std::copy(argv + 2, argv + argc + 1, argv + 1);
  --argc;
  anon::bench::RegisterOperations(services);
  anon::bench::RegisterReplay(services);
  if (services >= kLeastMeasured) {
    anon::bench::RegisterMemory(services);
    if (services <= kMostWritten) anon::bench::RegisterWritten(services);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
