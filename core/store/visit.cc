#include "store/visit.h"

#include <algorithm>

#include "model/json.h"
#include "store/store.h"

namespace anon {
namespace {

constexpr size_t kDigits = 16;

int64_t NumberOf(std::string_view name) {
  return AsInteger(name.substr(std::min(name.find_first_not_of('0'), kDigits - 1))).value_or(0);
}

}  // namespace

std::string VisitName(int64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(kDigits - std::min(kDigits, digits.size()), '0') + digits;
}

Visit CurrentVisit(const Tenant& tenant) {
  if (tenant.visits.empty()) return {};
  const auto& [name, record] = *tenant.visits.rbegin();
  return {NumberOf(name), PeekText(record, Tag::kCustomerId)};
}

std::string_view CustomerOfVisit(const Tenant& tenant, int64_t number) {
  const auto found = tenant.visits.find(VisitName(number));
  return found == tenant.visits.end() ? std::string_view() : PeekText(found->second, Tag::kCustomerId);
}

std::optional<int64_t> LastVisitOf(const Tenant& tenant, std::string_view customer) {
  const auto found = std::find_if(tenant.visits.rbegin(), tenant.visits.rend(), [&](const auto& visit) {
    return PeekText(visit.second, Tag::kCustomerId) == customer;
  });
  if (found == tenant.visits.rend()) return std::nullopt;
  return NumberOf(found->first);
}

Index::Range ServicesOfVisit(const Tenant& tenant, int64_t number) {
  return tenant.by_visit.Find(KeyOfVisit(number));
}

bool IsSealedFrom(const Tenant& tenant, const Service& service, std::string_view customer) {
  const std::string_view owner = service.customer_id();
  const std::string_view whose = owner.empty() ? CustomerOfVisit(tenant, service.visit) : owner;
  return !whose.empty() && whose != customer;
}

bool IsSealed(const Tenant& tenant, const Service& service) {
  if (tenant.visits.empty()) return false;
  const Visit visit = CurrentVisit(tenant);
  return service.visit != visit.number && IsSealedFrom(tenant, service, visit.customer);
}

bool IsSealed(const Tenant& tenant, std::string_view customer) {
  return !tenant.visits.empty() && CurrentVisit(tenant).customer != customer;
}

void AppendVisit(std::string* out, const Visit& visit) {
  *out += "{\"visit\":" + std::to_string(visit.number);
  if (!visit.customer.empty()) *out += ",\"customer_id\":" + Quoted(visit.customer);
  *out += '}';
}

}  // namespace anon
