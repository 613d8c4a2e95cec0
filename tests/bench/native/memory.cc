// What a service takes in memory beyond its JSON: all that is allocated, with what the allocator adds, less
// the bytes of the services as queries answer them.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>

#include "benchmarks.h"
#include "journal.h"
#include "page.h"
#include "services.h"

namespace anon::bench {
namespace {

using benchmark::State;

// So many contact keys stand for all of a large store.
constexpr uint64_t kKeys = 100'000;

size_t Allocated() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// Bytes of JSON for each service.
double JsonBytes(Page* page, uint64_t services) {
  const uint64_t keys = KeyCount(services);
  size_t bytes = 0;
  size_t count = 0;
  // In rows of three, whose keys have one, two and three services.
  const uint64_t every = std::max<uint64_t>(1, keys / kKeys) * 3;
  for (uint64_t key = 0; key < keys; key += key % 3 == 2 ? every - 2 : 1) {
    const std::string list =
        page->Run(page->Ask("GET", "services/anonymous/" + ContactKey(key) + "?extensions=*"));
    size_t found = 0;
    for (size_t at = list.find("\"service_id\""); at != std::string::npos;
         at = list.find("\"service_id\"", at + 1))
      ++found;
    bytes += list.size() - (found + 1);  // brackets, and commas between
    count += found;
  }
  return static_cast<double>(bytes) / static_cast<double>(count);
}

void Report(State& state, Page* page, size_t before, size_t after) {
  const auto services = static_cast<uint64_t>(state.range(0));
  if (page->engine.service_count() != services) std::abort();
  const double held = static_cast<double>(after - before) / static_cast<double>(services);
  const double json = JsonBytes(page, services);
  state.SetItemsProcessed(state.range(0));
  state.counters["memory"] = held;
  state.counters["json"] = json;
  state.counters["beyond_json"] = held - json;
}

// The page has made all of its services itself; the time is that of growing from nothing.
void MemoryStarted(State& state) {
  Page::Close();
  for ([[maybe_unused]] const auto _ : state) {
    const size_t before = Allocated();
    Page page(0);
    page.Grow(state.range(0));
    const size_t after = Allocated();
    state.PauseTiming();
    Report(state, &page, before, after);
    state.ResumeTiming();
  }
}

// The page has read them from a checkpoint.
void MemoryOpened(State& state) {
  Page::Close();
  const Journal journal = Pieces(state.range(0));
  for ([[maybe_unused]] const auto _ : state) {
    const size_t before = Allocated();
    Page page(0);
    journal.ReadInto(&page.engine);
    const size_t after = Allocated();
    state.PauseTiming();
    Report(state, &page, before, after);
    state.ResumeTiming();
  }
}

}  // namespace

void RegisterMemory(int64_t services) {
  const auto add = [services](const char* name, void (*run)(State&)) {
    benchmark::RegisterBenchmark(name, run)->Arg(services)->Iterations(1)->Unit(benchmark::kMicrosecond);
  };
  add("memory_started", MemoryStarted);
  add("memory_opened", MemoryOpened);
}

}  // namespace anon::bench
