// Everything that can happen next, and what comes of it.
#ifndef ANON_TESTS_MODEL_STEPS_H_
#define ANON_TESTS_MODEL_STEPS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "world.h"

namespace anon::model {

struct Step {
  enum class Kind : uint8_t {
    // What the page does. `of`: a customer, or an association by order.
    kStart,
    kEdit,  ///< `of`: a service, by its mark
    kAssociate,
    kAssociateIds,
    kPlan,
    kAssociatePlanned,
    kUndo,
    kRetry,
    kSignIn,
    kSignOut,
    kReset,
    kCompact,
    kTabCrash,  ///< and it is opened again
    kRefresh,   ///< reads what other tabs have stored
    // What its sender does.
    kFetch,
    kMark,
    kPost,
    kRecord,
    kGiveUp,    ///< waits no longer
    kFarewell,  ///< the page goes away, and sends in small pieces what it had posted
    // What happens to what is on its way. `of`: a posting.
    kDeliver,    ///< and the tab that waits for it, if any, gets the answer
    kDuplicate,  ///< one that is on its way is there twice
    kDrop,
    kTooLarge,  ///< something on the way refuses its size
    kRefuse,    ///< the server refuses it as a whole, as one does that is set up wrongly for a while
    // What happens to all.
    kAgent,   ///< somebody at the server moves the service `of` to B
    kCookie,  ///< the browser gets the credentials of the customer `of`
    kServerStore,
    kServerCrash,
    kLater,
  };

  Kind kind{};
  uint8_t tab = 0;
  uint16_t of = 0;
};

/// All steps that are possible within the bounds; some change nothing.
void Possible(Stage* stage, const World& world, std::vector<Step>* out);

/// Takes a step. What is wrong with it is a text's number, 0 if nothing is.
[[nodiscard]] uint32_t Take(Stage* stage, const Step& step, World* world);

/// What is wrong with a world as such.
[[nodiscard]] uint32_t Check(Stage* stage, const World& world);

/// Lets everything that is under way come to an end, under the right credentials and with no more faults:
/// what is then wrong.
[[nodiscard]] uint32_t Complete(Stage* stage, World world);

/// The step in words; `world` is the one before it.
[[nodiscard]] std::string Tell(const Stage& stage, const World& world, const Step& step);

/// A text with the ids in it put as the numbers that people read.
[[nodiscard]] std::string Readable(const Stage& stage, const World& world, std::string text);

}  // namespace anon::model

#endif  // ANON_TESTS_MODEL_STEPS_H_
