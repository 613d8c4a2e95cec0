// How services were before an association, so that it can be undone exactly.
//
//   before = { service_id, customer_id?, association_id?, updated?, touched? }
//
// `customer_id` and `association_id` are absent where the service had none; `updated` is its last update (ms)
// and `touched` what the association made of it, where there is one (Tag::kUpdated).
#ifndef ANON_ASSOCIATION_BEFORE_H_
#define ANON_ASSOCIATION_BEFORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "rest/context.h"

namespace anon {

struct Before {
  std::string service_id;
  std::string customer;
  std::string association;
  std::optional<int64_t> updated;
  std::optional<int64_t> touched;
};

/// What the record says, before customer and association are set.
[[nodiscard]] Before BeforeOf(std::string_view service_id, const Record& record);
[[nodiscard]] std::string BeforeText(const std::vector<Before>& list);
[[nodiscard]] std::vector<Before> ReadBefore(std::string_view text);

/// Makes the record say that the service is `customer`'s, by `association_id`. Fills in before->touched.
void HandOver(const Context& context, std::string_view customer, std::string_view association_id,
              Record* record, Before* before);
/// Gives the service back as it was, if it is still with that association. Other changes since stay. Is it
/// nobody's then, of nobody's visit, it becomes one of `visit`, if that is given.
void GiveBack(Context& context, std::string_view association_id, const Before& before,
              std::optional<int64_t> visit = std::nullopt);

}  // namespace anon

#endif  // ANON_ASSOCIATION_BEFORE_H_
