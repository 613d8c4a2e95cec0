#include "association/plan.h"

#include <algorithm>
#include <utility>

#include "association/association.h"
#include "base/sha256.h"
#include "model/json.h"
#include "model/keys.h"
#include "rest/operations.h"
#include "rest/show.h"

namespace anon {
namespace {

Failure ReadList(const Member& member, std::vector<std::string>* out) {
  const std::string accepted = Joined(member.name, ": a list of 1 to 1000 strings is expected");
  if (!IsArray(member.value)) return Invalid(accepted);
  for (const std::string_view element : Elements(member.value)) {
    auto text = AsString(element);
    if (!text) return Invalid(accepted);
    if (std::find(out->begin(), out->end(), *text) == out->end()) out->push_back(std::move(*text));
  }
  if (out->empty() || out->size() > 1000) return Invalid(accepted);
  return std::nullopt;
}

Failure ReadKeys(const Member& member, std::vector<std::string>* out) {
  if (auto failure = ReadList(member, out)) return failure;
  for (const std::string& key : *out) {
    if (auto failure = CheckKey(member.name, key)) return failure;
  }
  return std::nullopt;
}

Planned Judge(const Tenant& tenant, const Selection& selection, const Visit& visit, const Service& service) {
  const std::string& customer = selection.customer;
  const bool of_this_visit = tenant.visits.empty() || service.visit == visit.number;
  const std::string_view owner = service.customer_id();
  if (!owner.empty() && owner == customer) {
    const std::string by(PeekText(service.record, Tag::kAssociationId));
    if (by.empty()) return {std::string(service.id()), Fate::kAttach, "own", &service};
    const auto found = tenant.associations.find(by);
    const bool rejected =
        found != tenant.associations.end() && PeekText(found->second, Tag::kPhase) == kRejected;
    return {std::string(service.id()), Fate::kAlready, rejected ? "rejected" : "handed_over", &service};
  }
  if (!owner.empty() && of_this_visit) {
    return {std::string(service.id()), Fate::kConflict, "other_customer", &service};
  }
  if (IsSealedFrom(tenant, service, customer))
    return {std::string(service.id()), Fate::kConflict, "sealed", nullptr};
  if (of_this_visit) return {std::string(service.id()), Fate::kAttach, "this_visit", &service};
  if (selection.verified_keys.find(service.contact_key()) != selection.verified_keys.end()) {
    return {std::string(service.id()), Fate::kAttach, "verified_key", &service};
  }
  return {std::string(service.id()), Fate::kUnverified, "other_visit", &service};
}

}  // namespace

Failure ReadSelection(const Member& member, Selection* selection, bool* taken) {
  *taken = true;
  if (member.name == "customer_id") {
    auto customer = AsString(member.value);
    if (!customer) return Invalid("customer_id: a string of 1 to 256 bytes is expected");
    selection->customer = std::move(*customer);
  } else if (member.name == "service_ids") {
    return ReadList(member, &selection->service_ids);
  } else if (member.name == "contact_keys") {
    return ReadKeys(member, &selection->contact_keys);
  } else if (member.name == "verified_keys") {
    std::vector<std::string> keys;
    if (auto failure = ReadKeys(member, &keys)) return failure;
    selection->verified_keys.insert(keys.begin(), keys.end());
  } else if (member.name == "visit") {
    if (AsBool(member.value) != true) return Invalid("visit: true is accepted");
    selection->visit = true;
  } else {
    *taken = false;
  }
  return std::nullopt;
}

Failure CompleteSelection(const Context& context, Selection* selection) {
  if (selection->customer.empty()) return Invalid("customer_id: the customer who logged in is needed");
  if (auto failure = CheckCustomerId(selection->customer)) return failure;
  const Visit visit = context.visit();
  if (!visit.customer.empty() && visit.customer != selection->customer) {
    return Conflict("customer_id: this visit is another customer's; signing out begins a new one");
  }
  if (selection->service_ids.empty() && selection->contact_keys.empty()) selection->visit = true;
  return std::nullopt;
}

std::vector<Planned> MakePlan(const Context& context, const Selection& selection) {
  std::vector<Planned> plan;
  std::set<std::string_view> seen;
  const Tenant* tenant = context.tenant();
  const Visit visit = context.visit();
  for (const std::string& id : selection.service_ids) {
    seen.insert(id);
    const Service* service = context.store().Find(context.request.tenant, id);
    plan.push_back(service == nullptr ? Planned{id, Fate::kExpired, "gone", nullptr}
                                      : Judge(*tenant, selection, visit, *service));
  }
  if (tenant == nullptr) return plan;
  for (const std::string& key : selection.contact_keys) {
    const auto add = [&](const Index& index, const std::string& of) {
      for (const Service* service : index.Find(of)) {
        // That somebody else has services under the key is nobody's business.
        if (service->contact_key() != key || IsSealedFrom(*tenant, *service, selection.customer)) continue;
        if (seen.insert(service->id()).second) plan.push_back(Judge(*tenant, selection, visit, *service));
      }
    };
    add(tenant->by_key, key);
    add(tenant->by_customer, selection.customer);
  }
  if (!selection.visit) return plan;
  for (const Service* service : ServicesOfVisit(*tenant, visit.number)) {
    if (!seen.insert(service->id()).second) continue;
    plan.push_back(Judge(*tenant, selection, visit, *service));
  }
  return plan;
}

std::string PlanText(const Selection& selection, const std::vector<Planned>& plan, std::string* digest) {
  constexpr std::pair<Fate, const char*> kLists[] = {{Fate::kAttach, "attach"},
                                                     {Fate::kAlready, "already"},
                                                     {Fate::kConflict, "conflicts"},
                                                     {Fate::kUnverified, "unverified"},
                                                     {Fate::kExpired, "expired"}};
  const View whole = WholeView();
  std::string lists;
  for (const auto& [fate, name] : kLists) {
    Append(&lists, ",\"", name, "\":[");
    for (const Planned& one : plan) {
      if (one.fate != fate) continue;
      Separate(&lists);
      lists += '{';
      AppendText(&lists, "service_id", one.service_id);
      AppendText(&lists, "reason", one.reason);
      if (one.service != nullptr) {
        lists += ",\"service\":";
        AppendService(&lists, *one.service, whole);
      }
      lists += '}';
    }
    lists += ']';
  }
  std::string out = "{";
  AppendText(&out, "customer_id", selection.customer);
  *digest = Hex(Sha256(out + lists));
  AppendText(&out, "digest", *digest);
  Append(&out, lists, "}");
  return out;
}

Answer PlanAssociation(Context& context) {
  Members members;
  if (auto failure = ParseObject(context.request.body, "body", &members)) return *failure;
  Selection selection;
  for (const Member& member : members) {
    bool taken = false;
    if (auto failure = ReadSelection(member, &selection, &taken)) return *failure;
    if (!taken) {
      return Invalid("body: customer_id, service_ids, contact_keys, visit and verified_keys are accepted");
    }
  }
  if (auto failure = CompleteSelection(context, &selection)) return *failure;
  std::string digest;
  return Json(200, PlanText(selection, MakePlan(context, selection), &digest));
}

}  // namespace anon
