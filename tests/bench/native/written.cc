// How many bytes of files are written for each byte that starts a service, while a store grows from nothing
// and is compacted whenever it asks for it: a page has nothing else to do between two commits.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "benchmarks.h"
#include "journal/merger.h"
#include "page.h"
#include "services.h"

namespace anon::bench {
namespace {

using benchmark::State;
using journal::Catalog;

class Storage {
 public:
  enum Why { kCommit, kMerge, kCheckpoint };

  void Write(Why why, uint64_t sequence, std::string file) {
    written_[why] += file.size();
    files_[sequence] = std::move(file);
    most_ = std::max(most_, files_.size());
  }

  void Compact(Engine* engine) {
    for (auto step = engine->NextStep(); step.task != Catalog::Task::kNone; step = engine->NextStep()) {
      step.task == Catalog::Task::kPiece ? WritePiece(engine) : Merge(engine, step);
    }
  }

  [[nodiscard]] double written(Why why) const { return static_cast<double>(written_[why]); }
  [[nodiscard]] size_t most() const { return most_; }

 private:
  void WritePiece(Engine* engine) {
    const uint64_t sequence = engine->sequence() + 1;
    uint64_t drop = 0;
    std::string piece = engine->Piece(sequence, &drop);
    engine->Commit(sequence, piece.size());
    Write(kCheckpoint, sequence, std::move(piece));
    files_.erase(files_.begin(), files_.lower_bound(drop));
  }

  void Merge(Engine* engine, const Catalog::Step& step) {
    journal::Merger merger;
    const auto from = files_.lower_bound(step.first);
    const auto to = files_.upper_bound(step.last);
    for (auto one = from; one != to; ++one) {
      if (!merger.Add(one->first, one->second)) std::abort();
    }
    std::string segment = merger.Finish();
    engine->Merged(step.first, step.last, segment.size());
    files_.erase(from, to);
    Write(kMerge, step.last, std::move(segment));
  }

  std::map<uint64_t, std::string> files_;
  std::array<size_t, 3> written_{};
  size_t most_ = 0;
};

void Written(State& state, size_t group) {
  Page::Close();
  const auto services = static_cast<uint64_t>(state.range(0));
  for ([[maybe_unused]] const auto _ : state) {
    Page page(0);
    Storage storage;
    double told = 0;
    for (uint64_t made = 0; made < services; made += group) {
      for (const std::string& message : page.Starts(std::min<uint64_t>(group, services - made)))
        page.Run(message);
      std::string file = page.Commit();
      storage.Write(Storage::kCommit, page.engine.sequence(), std::move(file));
      storage.Compact(&page.engine);
    }
    state.PauseTiming();
    for (uint64_t n = 0; n < services; ++n) told += static_cast<double>(StartBody(n).size());
    const double commits = storage.written(Storage::kCommit) / told;
    const double merges = storage.written(Storage::kMerge) / told;
    const double checkpoints = storage.written(Storage::kCheckpoint) / told;
    state.counters["written_per_byte"] = commits + merges + checkpoints;
    state.counters["by_merges"] = merges;
    state.counters["by_checkpoints"] = checkpoints;
    state.counters["most_files"] = static_cast<double>(storage.most());
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.range(0));
}

void WrittenAlone(State& state) { Written(state, 1); }
void WrittenTogether(State& state) { Written(state, 100); }

}  // namespace

void RegisterWritten(int64_t services) {
  const auto add = [services](const char* name, void (*run)(State&)) {
    benchmark::RegisterBenchmark(name, run)->Arg(services)->Iterations(1)->Unit(benchmark::kMicrosecond);
  };
  add("written_alone", WrittenAlone);
  add("written_by_100", WrittenTogether);
}

}  // namespace anon::bench
