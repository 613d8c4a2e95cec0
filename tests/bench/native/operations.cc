// What one operation costs in a store of a given size: from the bytes of the request to the answer, and to
// the committed file where it changes something.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "benchmarks.h"
#include "page.h"
#include "services.h"

namespace anon::bench {
namespace {

using benchmark::State;

// So many changes are measured together, for the clock is stopped in between to make and to remove what they
// change.
constexpr size_t kChanges = 100;
// So many requests a query is asked with in turn; what they ask for is more than a cache holds.
constexpr uint64_t kQueries = 4096;

void Count(State& state, size_t operations, size_t bytes = 0) {
  const double all = static_cast<double>(state.iterations() * operations);
  state.SetItemsProcessed(static_cast<int64_t>(all));
  if (bytes > 0) state.counters["file_bytes"] = static_cast<double>(bytes) / all;
}

// Starts, `group` of them in each commit.
void Start(State& state, size_t count, size_t group) {
  Page& page = Page::Of(state.range(0));
  std::vector<std::string> answers(count);
  size_t bytes = 0;
  for ([[maybe_unused]] const auto _ : state) {
    state.PauseTiming();
    const std::vector<std::string> messages = page.Starts(count);
    state.ResumeTiming();
    for (size_t i = 0; i < count; ++i) {
      answers[i] = page.Run(messages[i]);
      if ((i + 1) % group == 0) bytes += page.Commit().size();
    }
    state.PauseTiming();
    for (std::string& answer : answers) answer = Field(answer, "service_id");
    page.Remove(answers);
    state.ResumeTiming();
  }
  Count(state, count, bytes);
}

void StartTogether(State& state) { Start(state, kGroup, kGroup); }
void StartAlone(State& state) { Start(state, kChanges, 1); }

std::string KeyQuery(const Page& page, uint64_t draw) {
  std::string key = ContactKey(Mix(draw) % KeyCount(page.size()));
  key.replace(key.find('@'), 1, "%40");
  return "services/anonymous/" + key + "?extensions=*";
}

void Query(State& state, Page& page, const std::vector<std::string>& messages) {
  size_t next = 0;
  for ([[maybe_unused]] const auto _ : state) {
    benchmark::DoNotOptimize(page.Run(messages[next]));
    if (++next == messages.size()) next = 0;
  }
  Count(state, 1);
}

void QueryByKey(State& state) {
  Page& page = Page::Of(state.range(0));
  std::vector<std::string> messages;
  for (uint64_t i = 0; i < kQueries; ++i) messages.push_back(page.Ask("GET", KeyQuery(page, i)));
  Query(state, page, messages);
}

void QueryById(State& state) {
  Page& page = Page::Of(state.range(0));
  std::vector<std::string> messages;
  for (uint64_t i = 0; i < kQueries; ++i) {
    const std::string id = Field(page.Run(page.Ask("GET", KeyQuery(page, i))), "service_id");
    messages.push_back(page.Ask("GET", "services/" + id + "?extensions=*"));
  }
  Query(state, page, messages);
}

// The same change to each of some services that were just started.
void Change(State& state, const std::string& step, const std::string& body) {
  Page& page = Page::Of(state.range(0));
  size_t bytes = 0;
  for ([[maybe_unused]] const auto _ : state) {
    state.PauseTiming();
    const std::vector<std::string> ids = page.Begin(kChanges);
    std::vector<std::string> messages;
    for (const std::string& id : ids) messages.push_back(page.Ask("POST", "services/" + id + step, body));
    state.ResumeTiming();
    for (const std::string& message : messages) page.Run(message);
    bytes += page.Commit().size();
    state.PauseTiming();
    page.Remove(ids);
    state.ResumeTiming();
  }
  Count(state, kChanges, bytes);
}

void StartState(State& state) {
  Change(state, "/states/start", R"({"state_type":"address","Form":{"step":2,"valid":true}})");
}

void Complete(State& state) {
  Change(state, "/end", R"({"disposition":"Sold","disposition_desc":"Paid by card"})");
}

constexpr std::string_view kCustomer = R"({"customer_id":"C-42"})";

// All of a visit is planned, handed over, taken back. These are sealed and then rolled back instead of
// committed, for associations leave records behind.
void Repeat(State& state, Page& page, const std::string& message) {
  size_t bytes = 0;
  for ([[maybe_unused]] const auto _ : state) {
    page.Run(message);
    bytes += page.engine.Seal(page.engine.sequence() + 1).size();
    state.PauseTiming();
    page.engine.Rollback();
    state.ResumeTiming();
  }
  Count(state, 1, bytes);
}

void Plan(State& state) {
  Page& page = Page::Of(state.range(0));
  const std::vector<std::string> ids = page.Begin(kChanges);
  Repeat(state, page, page.Ask("POST", "local/plan", kCustomer));
  page.Remove(ids);
}

void Associate(State& state) {
  Page& page = Page::Of(state.range(0));
  const std::vector<std::string> ids = page.Begin(kChanges);
  Repeat(state, page, page.Ask("POST", "local/associations", kCustomer));
  page.Remove(ids);
}

void Undo(State& state) {
  Page& page = Page::Of(state.range(0));
  const std::vector<std::string> ids = page.Begin(kChanges);
  const std::string receipt = page.Run(page.Ask("POST", "local/associations", kCustomer));
  const std::string target = "local/associations/" + Field(receipt, "association_id") + "/undo";
  page.Commit();
  Repeat(state, page, page.Ask("POST", target, "{}"));
  page.Run(page.Ask("POST", target, "{}"));
  page.Remove(ids);
}

void Digest(State& state) {
  Page& page = Page::Of(state.range(0));
  for ([[maybe_unused]] const auto _ : state) benchmark::DoNotOptimize(page.engine.Digest());
  Count(state, 1);
}

}  // namespace

void RegisterOperations(int64_t services) {
  const auto add = [services](const char* name, void (*run)(State&)) {
    benchmark::RegisterBenchmark(name, run)->Arg(services)->Unit(benchmark::kMicrosecond);
  };
  add("start", StartTogether);
  add("start_alone", StartAlone);
  add("query_by_key", QueryByKey);
  add("query_by_id", QueryById);
  add("start_state", StartState);
  add("complete", Complete);
  add("digest", Digest);
  // Last, for they leave an association behind.
  add("plan_100", Plan);
  add("associate_100", Associate);
  add("undo_100", Undo);
}

}  // namespace anon::bench
