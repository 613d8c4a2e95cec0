// What an association would do: the selection that a page makes, and what becomes of each service in it
// (contract section 6, rule 1). A contact key typed by a visitor is a claim, not proof.
#ifndef ANON_ASSOCIATION_PLAN_H_
#define ANON_ASSOCIATION_PLAN_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "rest/context.h"

namespace anon {

/// Services by id, by contact key, and all of this visit; the last if nothing is named.
struct Selection {
  std::string customer;
  std::vector<std::string> service_ids;
  std::vector<std::string> contact_keys;
  bool visit = false;
  std::set<std::string, std::less<>> verified_keys;  ///< contact keys that the login has verified
};

/// Takes `member` into the selection if it is one of its fields; `*taken` says whether.
[[nodiscard]] Failure ReadSelection(const Member& member, Selection* selection, bool* taken);
/// Checks the customer, whose visit it must be if it is somebody's, and selects the visit if nothing else is
/// selected.
[[nodiscard]] Failure CompleteSelection(const Context& context, Selection* selection);

enum class Fate : uint8_t {
  kAttach,      ///< it will be handed over
  kAlready,     ///< it was handed over to this customer before; that may have been rejected
  kConflict,    ///< it is somebody else's
  kUnverified,  ///< it needs an explicit yes
  kExpired,     ///< it is not there any more, or never was
};

struct Planned {
  std::string service_id;
  Fate fate{};
  const char* reason = "";
  const Service* service = nullptr;  ///< null for what is not there and what is sealed
};

[[nodiscard]] std::vector<Planned> MakePlan(const Context& context, const Selection& selection);

/// { customer_id, digest, attach, already, conflicts, unverified, expired }, lists of { service_id, reason,
/// service? }. The digest is over all of it but itself.
[[nodiscard]] std::string PlanText(const Selection& selection, const std::vector<Planned>& plan,
                                   std::string* digest);

}  // namespace anon

#endif  // ANON_ASSOCIATION_PLAN_H_
