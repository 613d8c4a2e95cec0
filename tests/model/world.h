// One moment of everything: the browser's store, the tabs and how far each one's sender is, what is on its
// way, the credentials that the browser has, the server's store. All of it numbers, so that a world is
// copied, compared and hashed in no time; what they stand for is in Stage.
#ifndef ANON_TESTS_MODEL_WORLD_H_
#define ANON_TESTS_MODEL_WORLD_H_

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "browser.h"
#include "server.h"
#include "texts.h"

namespace anon::model {

inline constexpr size_t kMostTabs = 3;
inline constexpr size_t kMostPostings = 4;

/// Where a tab's sender is.
enum class Pc : uint8_t {
  kIdle,
  kFetched,   ///< has the next association out of the outbox
  kMarked,    ///< has recorded that it is sent, and is about to post it
  kWaiting,   ///< has posted it
  kAnswered,  ///< has the answer, and not recorded it yet
};

struct Tab {
  Pc pc = Pc::kIdle;
  uint32_t association = 0;  ///< text: of what it sends
  uint32_t envelope = 0;     ///< text: what it sends; while waiting, the posting
  uint32_t answer = 0;       ///< text
  uint32_t plan = 0;         ///< text: a plan that the page has seen
  uint32_t seen = 0;         ///< state of the browser's store that this tab has in memory
};

struct World {
  uint32_t browser = 0;
  uint32_t server = 0;   ///< what its store holds
  uint32_t serving = 0;  ///< what it has in memory
  std::array<Tab, kMostTabs> tabs;
  std::array<uint32_t, kMostPostings> postings{};  ///< on their way: numbers + 1, ascending; 0: room
  Customer cookie{};
  bool later = false;
  bool known = false;  ///< A was there: who comes first is called A
};

/// What may go wrong that must not: bugs that are planted for the explorer to find.
enum class Bug : uint8_t {
  kNone,
  kPostsBeforeSent,  ///< the sender posts before it has recorded that it does
  kIgnoresVisits,    ///< the sender puts the present customer into whatever it sends
  kAnswersFirst,     ///< the server answers before it has stored, and loses that in a crash
  kStoresBlindly,    ///< a tab stores without looking what other tabs have stored
};

struct Bounds {
  size_t tabs = 2;
  size_t services = 2;
  size_t associations = 2;  ///< undos among them
  size_t visits = 2;
  size_t postings = 2;  ///< on their way at a time
  size_t pieces = 0;
  size_t edits = 0;
  bool agents = false;  ///< somebody at the server may move a service to B
  bool time = false;    ///< the undo window may pass
  bool plans = false;
  bool ids = false;  ///< pages remember ids, and select by them
  bool reset = false;
  bool too_large = false;  ///< something on the way may refuse bodies of two services
  bool farewells = false;  ///< pages that go away send what they can in small pieces
  bool refusals = false;   ///< the server may refuse anything for a while
  bool behind = false;     ///< tabs keep what they have read until they ask for something
};

/// What the numbers of worlds stand for, and what is known about them.
struct Stage {
  explicit Stage(const Bounds& chosen, Bug planted = Bug::kNone)
      : bounds(chosen), bug(planted), browser(&texts, chosen.behind, chosen.farewells), server(&texts) {}

  Bounds bounds;
  Bug bug;
  Texts texts;
  Browser browser;
  Server server;
  std::unordered_map<uint64_t, uint32_t> checked;  ///< what is wrong between a browser's and a server's state
};

/// The same for worlds that are the same but for which tab is which.
[[nodiscard]] uint64_t Key(const Stage& stage, const World& world);

/// Whether one more posting can be on its way.
[[nodiscard]] inline bool HasRoom(const Stage& stage, const World& world) {
  return world.postings[stage.bounds.postings - 1] == 0;
}

/// Puts the postings in order.
void Sort(World* world);

}  // namespace anon::model

#endif  // ANON_TESTS_MODEL_WORLD_H_
