// Signing in, signing out, starting anew: how visits begin and whose they are (store/visit.h).
#include <algorithm>
#include <utility>
#include <vector>

#include "association/association.h"
#include "model/json.h"
#include "model/keys.h"
#include "rest/operations.h"
#include "store/visit.h"

namespace anon {
namespace {

void PutVisit(Context& context, int64_t number, std::string_view customer) {
  Record record;
  if (!customer.empty()) record.Set(Tag::kCustomerId, customer);
  record.SetInteger(Tag::kCreated, context.now());
  context.Put(Op::kPutVisit, VisitName(number), 0, record);
}

Response Shown(const Context& context) {
  Response response = Json(200, {});
  AppendVisit(&response.body, context.visit());
  return response;
}

// Whether something was started in it, or somebody signed in.
bool IsUsed(const Context& context, const Visit& visit) {
  if (!visit.customer.empty()) return true;
  return context.tenant() != nullptr && !ServicesOfVisit(*context.tenant(), visit.number).empty();
}

}  // namespace

void BindVisit(Context& context, std::string_view customer) {
  const Visit visit = context.visit();
  if (visit.customer == customer) return;
  PutVisit(context, visit.customer.empty() ? visit.number : visit.number + 1, customer);
}

Answer QueryVisit(Context& context) { return Shown(context); }

Answer SignIn(Context& context) {
  Members members;
  if (auto failure = ParseObject(context.request.body, "body", &members)) return *failure;
  std::optional<std::string> customer;
  for (const Member& member : members) {
    if (member.name != "customer_id") return Invalid("body: customer_id is accepted");
    customer = AsString(member.value);
  }
  if (!customer) return Invalid("customer_id: the customer who logged in is needed");
  if (auto failure = CheckCustomerId(*customer)) return *failure;
  BindVisit(context, *customer);
  return Shown(context);
}

Answer SignOut(Context& context) {
  const Visit visit = context.visit();
  if (IsUsed(context, visit)) PutVisit(context, visit.number + 1, {});
  return Shown(context);
}

Answer Reset(Context& context) {
  const int64_t next = context.visit().number + 1;
  if (const Tenant* tenant = context.tenant()) {
    std::vector<std::pair<Op, std::string>> removals;
    for (const Service* service : tenant->by_start) removals.emplace_back(Op::kRemoveService, service->id());
    for (const auto& [id, record] : tenant->associations) {
      const std::string_view phase = PeekText(record, Tag::kPhase);
      const bool delivered = phase == kAcknowledged || phase == kUndone;
      if (delivered) removals.emplace_back(Op::kRemoveAssociation, id);
    }
    for (const auto& [name, record] : tenant->visits) removals.emplace_back(Op::kRemoveVisit, name);
    for (const auto& [op, id] : removals) context.Remove(op, id);
  }
  PutVisit(context, next, {});
  return Shown(context);
}

}  // namespace anon
