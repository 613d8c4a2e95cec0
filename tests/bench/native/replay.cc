// Opening a store: the files of its journal are read in, made before the clock runs.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>

#include "benchmarks.h"
#include "journal.h"
#include "page.h"

namespace anon::bench {
namespace {

using benchmark::State;

void Replay(State& state, const Journal& journal) {
  const auto services = static_cast<size_t>(state.range(0));
  for ([[maybe_unused]] const auto _ : state) {
    state.PauseTiming();
    auto engine = std::make_unique<Engine>();
    state.ResumeTiming();
    journal.ReadInto(engine.get());
    state.PauseTiming();
    if (engine->service_count() != services) std::abort();
    engine.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * journal.Bytes()));
  state.counters["files"] = static_cast<double>(journal.files.size());
  state.counters["file_bytes"] = static_cast<double>(journal.Bytes()) / static_cast<double>(services);
}

void ReplayLogs(State& state) {
  Page::Close();
  Replay(state, Logs(state.range(0)));
}

void ReplayPieces(State& state) {
  Page::Close();
  Replay(state, Pieces(state.range(0)));
}

}  // namespace

void RegisterReplay(int64_t services) {
  const auto add = [services](const char* name, void (*run)(State&)) {
    benchmark::RegisterBenchmark(name, run)->Arg(services)->Unit(benchmark::kMicrosecond);
  };
  add("replay_logs", ReplayLogs);
  add("replay_pieces", ReplayPieces);
}

}  // namespace anon::bench
