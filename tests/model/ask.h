// What a tab asks of the browser's store.
#ifndef ANON_TESTS_MODEL_ASK_H_
#define ANON_TESTS_MODEL_ASK_H_

#include <cstdint>

namespace anon::model {

enum class Ask : uint8_t {
  kStart,         ///< a service, and a state of it, in one commit
  kEdit,          ///< the service `argument`, by its mark
  kPlan,          ///< for the customer `argument`, by the contact key
  kAssociate,     ///< everything of this visit, to the customer `argument`
  kAssociateIds,  ///< everything there ever was, by id, to the customer `argument`
  kAssociateAs,   ///< what the plan `argument` (a text) would attach, with its digest
  kUndo,          ///< the association `argument`, by order
  kRetry,         ///< the same
  kSignIn,        ///< the customer `argument`
  kSignOut,
  kReset,
  kOutbox,
  kMarkSent,  ///< the association `argument` (a text)
  kReceipt,   ///< the server's answer `argument` (a text: `status body`)
  kRejected,  ///< the same, with the association's id and a space in front
  kSplit,     ///< the association `argument` (a text)
  kSlices,    ///< the same
  kPiece,     ///< a checkpoint
};

/// What an operation came to. Texts are numbers of Texts.
struct Outcome {
  uint32_t next = 0;  ///< the state afterwards
  int status = 0;
  uint32_t text = 0;         ///< body
  uint32_t association = 0;  ///< Association-Id
  uint32_t problem = 0;      ///< what is wrong with it, 0 if nothing
};

}  // namespace anon::model

#endif  // ANON_TESTS_MODEL_ASK_H_
