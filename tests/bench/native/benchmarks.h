// What main registers, for one size of the store: a large one is made once for all that need it.
#ifndef ANON_TESTS_BENCH_NATIVE_BENCHMARKS_H_
#define ANON_TESTS_BENCH_NATIVE_BENCHMARKS_H_

#include <cstdint>

namespace anon::bench {

void RegisterOperations(int64_t services);
void RegisterReplay(int64_t services);
void RegisterMemory(int64_t services);
void RegisterWritten(int64_t services);

}  // namespace anon::bench

#endif  // ANON_TESTS_BENCH_NATIVE_BENCHMARKS_H_
