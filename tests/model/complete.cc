// What is wrong with a world: now, and once everything that is under way has come to an end.
#include "invariants.h"
#include "steps.h"

namespace anon::model {

using Kind = Step::Kind;

uint32_t Check(Stage* stage, const World& world) {
  const Browser::State& browser = stage->browser[world.browser];
  const Server::State& server = stage->server[world.server];
  if (browser.problem != 0) return browser.problem;
  if (server.problem != 0) return server.problem;
  if (stage->bounds.behind) {
    for (size_t i = 0; i < stage->bounds.tabs; ++i) {
      const Browser::State& seen = stage->browser[world.tabs[i].seen];
      const History& history = stage->browser.history();
      if (history.sequence(seen.store) == history.sequence(browser.store) &&
          history.digest(seen.store) != history.digest(browser.store)) {
        return stage->texts.Number("5: a tab that has read everything has another state");
      }
    }
  }
  const auto [found, is_new] = stage->checked.emplace(uint64_t{world.browser} << 32 | world.server, 0);
  if (is_new) found->second = stage->texts.Number(CheckBoth(browser, server));
  return found->second;
}

uint32_t Complete(Stage* stage, World world) {
  const auto take = [&](Kind kind, uint8_t tab, uint16_t of = 0) {
    const uint32_t problem = Take(stage, {kind, tab, of}, &world);
    return problem != 0 ? problem : Check(stage, world);
  };
  if (world.server != world.serving) (void)take(Kind::kServerStore, 0);
  while (world.postings[0] != 0) {
    const auto posting = static_cast<uint16_t>(world.postings[0] - 1);
    if (const uint32_t problem = take(Kind::kDeliver, 0, posting)) return problem;
  }
  for (uint8_t i = 0; i < stage->bounds.tabs; ++i) {
    const Pc pc = world.tabs[i].pc;
    if (const uint32_t problem = take(pc == Pc::kAnswered ? Kind::kRecord : Kind::kTabCrash, i))
      return problem;
  }
  for (const Customer customer : {Customer::kA, Customer::kB}) {
    const auto of = static_cast<uint16_t>(customer);
    world.cookie = customer;
    uint32_t problem = take(Kind::kSignIn, 0, of);
    for (uint16_t i = 0; i < stage->browser[world.browser].past.made.size() && problem == 0; ++i) {
      problem = take(Kind::kRetry, 0, i);
    }
    // Each association takes one round; what is cut takes a few more.
    for (size_t round = 0; problem == 0 && round < 16; ++round) {
      problem = take(Kind::kFetch, 0);
      if (problem != 0 || world.tabs[0].pc == Pc::kIdle) break;
      problem = take(Kind::kMark, 0);
      if (problem != 0 || world.tabs[0].pc == Pc::kIdle) continue;
      problem = take(Kind::kPost, 0);
      if (problem == 0) problem = take(Kind::kDeliver, 0, static_cast<uint16_t>(world.postings[0] - 1));
      if (problem == 0 && world.server != world.serving) problem = take(Kind::kServerStore, 0);
      if (problem == 0) problem = take(Kind::kRecord, 0);
    }
    if (problem != 0) return problem;
  }
  return stage->texts.Number(CheckEnd(stage->browser[world.browser]));
}

}  // namespace anon::model
