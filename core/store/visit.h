// Visits: one browser, two people, and their services never mix (contract section 6, rule 7). Only pages have
// them. Visits of a tenant count from 0, the last is the current one. It belongs to nobody until a customer
// signs in or takes services over; signing out begins the next.
//
// A service keeps the visit it was started in (Tag::kVisit). It is sealed when another visit is current and
// it is somebody else's: it has a customer, or its visit had one, who is not the current visit's. What is
// sealed is not shown, not found by id, not handed over and not sent, until that customer signs in again.
//
// A visit is a Record, kept under its number as 16 decimal digits:
//   kCustomerId  whose it is; absent while it is nobody's
//   kCreated     ms
// Where there is no such record nobody ever signed in or out, and nothing is sealed.
#ifndef ANON_STORE_VISIT_H_
#define ANON_STORE_VISIT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/index.h"

namespace anon {

struct Tenant;

struct Visit {
  int64_t number = 0;
  std::string_view customer;  ///< empty while it is nobody's; points into the store
};

/// The name of its record: 16 decimal digits.
[[nodiscard]] std::string VisitName(int64_t number);
[[nodiscard]] Visit CurrentVisit(const Tenant& tenant);
/// Whose visit it was; empty if nobody's.
[[nodiscard]] std::string_view CustomerOfVisit(const Tenant& tenant, int64_t number);
/// The number of their last; nullopt if they had none.
[[nodiscard]] std::optional<int64_t> LastVisitOf(const Tenant& tenant, std::string_view customer);
/// What Tenant::by_visit finds its services by; a view of the number.
[[nodiscard]] inline std::string_view KeyOfVisit(const int64_t& number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}
std::string_view KeyOfVisit(int64_t&& number) = delete;  // which would be gone
/// Those that were started in it, in ascending start time, then id.
[[nodiscard]] Index::Range ServicesOfVisit(const Tenant& tenant, int64_t number);
/// Whether it is somebody's, and not `customer`'s.
[[nodiscard]] bool IsSealedFrom(const Tenant& tenant, const Service& service, std::string_view customer);
[[nodiscard]] bool IsSealed(const Tenant& tenant, const Service& service);
/// The same of an association to `customer`.
[[nodiscard]] bool IsSealed(const Tenant& tenant, std::string_view customer);

/// { visit, customer_id? } as the page sees it.
void AppendVisit(std::string* out, const Visit& visit);

}  // namespace anon

#endif  // ANON_STORE_VISIT_H_
