#include "world.h"

#include <utility>

namespace anon::model {
namespace {

class Hash {
 public:
  void Add(uint64_t value) {
    // The finalizer of MurmurHash3 over a running sum.
    state_ = (state_ ^ value) + 0x9E3779B97F4A7C15;
    state_ ^= state_ >> 33;
    state_ *= 0xFF51AFD7ED558CCD;
    state_ ^= state_ >> 33;
    state_ *= 0xC4CEB9FE1A85EC53;
    state_ ^= state_ >> 33;
  }
  [[nodiscard]] uint64_t value() const { return state_; }

 private:
  uint64_t state_ = 0;
};

}  // namespace

uint64_t Key(const Stage& stage, const World& world) {
  uint64_t tabs = 0;  // a sum, so that it makes no difference which is which
  for (size_t i = 0; i < stage.bounds.tabs; ++i) {
    const Tab& tab = world.tabs[i];
    Hash hash;
    const uint64_t seen = stage.bounds.behind ? stage.browser[tab.seen].same : 0;
    hash.Add(seen << 32 | static_cast<uint64_t>(tab.pc));
    hash.Add(uint64_t{tab.association} << 32 | tab.envelope);
    hash.Add(uint64_t{tab.answer} << 32 | tab.plan);
    tabs += hash.value();
  }
  Hash hash;
  hash.Add(tabs);
  hash.Add(uint64_t{stage.browser[world.browser].same} << 32 | world.server);
  hash.Add(uint64_t{world.serving} << 32 | static_cast<uint64_t>(world.cookie) << 2 | (world.later ? 2 : 0) |
           (world.known ? 1 : 0));
  for (size_t i = 0; i < stage.bounds.postings; ++i) hash.Add(world.postings[i]);
  return hash.value();
}

void Sort(World* world) {
  // By insertion, and what is no posting at the end.
  for (size_t i = 1; i < kMostPostings; ++i) {
    for (size_t k = i; k > 0 && world->postings[k] - 1 < world->postings[k - 1] - 1; --k) {
      std::swap(world->postings[k], world->postings[k - 1]);
    }
  }
}

}  // namespace anon::model
