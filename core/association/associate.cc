// The sender's side of a hand-over: one commit makes it true here and puts it into the outbox (contract
// section 6, rule 2).
#include <algorithm>

#include "association/association.h"
#include "association/before.h"
#include "association/plan.h"
#include "model/json.h"
#include "rest/operations.h"
#include "rest/show.h"

namespace anon {
namespace {

enum class OnConflict : uint8_t { kReject, kKeep, kReassign };

struct Order {
  Selection selection;
  bool confirm_all = false;
  std::set<std::string, std::less<>> confirmed;
  OnConflict on_conflict = OnConflict::kReject;
  std::string digest;  ///< of the plan that the page has seen; empty if none
};

Failure ReadConfirm(std::string_view value, Order* order) {
  constexpr const char* kAccepted = "confirm: true, false or a list of service ids is expected";
  if (const auto all = AsBool(value)) {
    order->confirm_all = *all;
    return std::nullopt;
  }
  if (!IsArray(value)) return Invalid(kAccepted);
  for (const std::string_view element : Elements(value)) {
    auto id = AsString(element);
    if (!id) return Invalid(kAccepted);
    order->confirmed.insert(std::move(*id));
  }
  return std::nullopt;
}

Failure ReadOrder(std::string_view body, Order* order) {
  Members members;
  if (auto failure = ParseObject(body, "body", &members)) return failure;
  for (const Member& member : members) {
    bool taken = false;
    if (auto failure = ReadSelection(member, &order->selection, &taken)) return failure;
    if (taken) continue;
    const auto text = AsString(member.value);
    if (member.name == "confirm") {
      if (auto failure = ReadConfirm(member.value, order)) return failure;
    } else if (member.name == "on_conflict") {
      if (text != "reject" && text != "keep" && text != "reassign") {
        return Invalid("on_conflict: reject, keep or reassign is expected");
      }
      if (*text == "keep") order->on_conflict = OnConflict::kKeep;
      if (*text == "reassign") order->on_conflict = OnConflict::kReassign;
    } else if (member.name == "digest") {
      if (!text || text->size() != 64) return Invalid("digest: that of a plan is expected");
      order->digest = *text;
    } else {
      return Invalid(
          "body: customer_id, service_ids, contact_keys, visit, verified_keys, digest, confirm and "
          "on_conflict are accepted");
    }
  }
  return std::nullopt;
}

// Which services are handed over, or why nothing is.
Failure Decide(const Order& order, const std::vector<Planned>& plan, std::vector<const Service*>* attach) {
  for (const Planned& one : plan) {
    const auto& ids = order.selection.service_ids;
    const bool named = order.digest.empty() && std::find(ids.begin(), ids.end(), one.service_id) != ids.end();
    if (one.fate == Fate::kAttach) attach->push_back(one.service);
    if (one.fate == Fate::kExpired && named) return ServiceNotFound(one.service_id);
    if (one.fate == Fate::kUnverified) {
      const bool yes = order.confirm_all || order.confirmed.count(one.service_id) != 0;
      if (yes) attach->push_back(one.service);
      if (!yes && named) {
        return Failed(Code::kUnverified,
                      {"service_ids: ", one.service_id,
                       " was started in another visit, and its contact key is not verified; an "
                       "explicit confirm is needed"});
      }
    }
    if (one.fate == Fate::kConflict && order.on_conflict != OnConflict::kKeep) {
      if (order.on_conflict == OnConflict::kReject || one.service == nullptr) {
        return Conflict("service_ids: ", one.service_id, " belongs to another customer");
      }
      attach->push_back(one.service);
    }
  }
  if (attach->size() > kMostServices) {
    return TooLarge("services: one association has at most 1000; choose fewer");
  }
  return std::nullopt;
}

// Associations of this customer that were undone, the last that held each of the services: the receiver knows
// by them that a service comes back to where it was.
std::vector<std::string> Follows(const Context& context, std::string_view customer,
                                 const std::vector<const Service*>& services) {
  std::set<std::string, std::less<>> ids;
  for (const Service* service : services) ids.emplace(service->id());
  std::vector<std::string> follows;
  const auto& associations = context.tenant()->associations;
  // Their ids are in the order in which they were made.
  for (auto at = associations.rbegin(); at != associations.rend() && !ids.empty(); ++at) {
    if (PeekText(at->second, Tag::kPhase) != kUndone || PeekText(at->second, Tag::kUndoneBy).empty())
      continue;
    if (PeekText(at->second, Tag::kCustomerId) != customer) continue;
    bool held = false;
    for (const Before& one : ReadBefore(PeekText(at->second, Tag::kBefore))) {
      held = ids.erase(one.service_id) != 0 || held;
    }
    if (held) follows.push_back(at->first);
  }
  return follows;
}

struct Carried {
  std::string services = "[";
  std::string results = "[";

  void Add(std::string_view service, std::string_view id) {
    if (results.size() > 1) services += ',';
    services += service;
    AppendResult(&results, id, {});
  }
};

Record NewRecord(const Context& context, std::string_view customer, const std::string& results) {
  Record record;
  record.Set(Tag::kCustomerId, customer);
  SetPhase(context, kPending, &record);
  record.SetInteger(Tag::kCreated, context.now());
  record.Set(Tag::kResults, results);
  return record;
}

// The envelopes, each no larger than a body may be.
Failure Pack(const std::vector<std::pair<std::string, std::string>>& texts, size_t room,
             std::vector<Carried>* out) {
  for (const auto& [id, text] : texts) {
    if (text.size() + 2 > room) {
      return TooLarge("service_ids: ", id,
                      " alone is over 262144 bytes, the most that one "
                      "body carries");
    }
    if (out->empty() || out->back().services.size() + text.size() + 2 > room) out->emplace_back();
    out->back().Add(text, id);
  }
  for (Carried& one : *out) one.services += ']', one.results += ']';
  return std::nullopt;
}

}  // namespace

Answer Associate(Context& context) {
  Order order;
  if (auto failure = ReadOrder(context.request.body, &order)) return *failure;
  if (auto failure = CompleteSelection(context, &order.selection)) return *failure;
  const std::string& customer = order.selection.customer;
  const std::vector<Planned> plan = MakePlan(context, order.selection);
  if (!order.digest.empty()) {
    std::string digest;
    (void)PlanText(order.selection, plan, &digest);
    if (digest != order.digest) return Conflict("digest: what was planned has changed since; plan again");
  }
  std::vector<const Service*> attach;
  if (auto failure = Decide(order, plan, &attach)) return *failure;
  BindVisit(context, customer);
  if (attach.empty()) {
    const auto last = std::find_if(plan.rbegin(), plan.rend(),
                                   [](const Planned& one) { return one.fate == Fate::kAlready; });
    if (last == plan.rend()) return Empty(204);
    const std::string id(PeekText(last->service->record, Tag::kAssociationId));
    const std::string* bytes = FindAssociation(context, id);
    Record record;
    if (bytes == nullptr || !record.Decode(*bytes)) return Empty(204);
    return Receipt(200, id, record);
  }

  Envelope envelope;
  envelope.association_id = context.NewServiceId(customer);
  envelope.customer = customer;
  envelope.reassign = order.on_conflict == OnConflict::kReassign;
  envelope.follows = Follows(context, customer, attach);
  const std::string id = envelope.association_id;
  const size_t room = kMaxBody - EnvelopeText(envelope).size() - 16;  // and for the number of a part
  std::vector<Before> before;
  std::vector<std::pair<std::string, std::string>> texts;
  Carried all;
  for (const Service* service : attach) {
    Record record = service->Decoded();
    before.push_back(BeforeOf(service->id(), record));
    std::string& text = texts.emplace_back(service->id(), "").second;
    // The receiver must see whose it was, to take it from them or not.
    const bool reassigned = !before.back().customer.empty() && before.back().customer != customer;
    if (reassigned) AppendService(&text, *service, WholeView());
    HandOver(context, customer, id, &record, &before.back());
    context.Put(Op::kPutService, service->id(), 0, record);
    if (!reassigned) AppendService(&text, *service, WholeView());
    all.Add("", service->id());
  }
  std::vector<Carried> parts;
  if (auto failure = Pack(texts, room, &parts)) return *failure;

  Record record = NewRecord(context, customer, all.results + ']');
  record.Set(Tag::kBefore, BeforeText(before));
  const int64_t place = context.store().NextOrder();
  for (size_t i = 0; i < parts.size(); ++i) {
    Record part = NewRecord(context, customer, parts[i].results);
    Record& sent = parts.size() == 1 ? record : part;
    envelope.association_id = parts.size() == 1 ? id : id + '.' + std::to_string(i);
    envelope.services = parts[i].services;
    sent.Set(Tag::kEnvelope, EnvelopeText(envelope));
    sent.SetInteger(Tag::kOrder, place);
    if (parts.size() == 1) break;
    part.Set(Tag::kPartOf, id);
    context.Put(Op::kPutAssociation, envelope.association_id, 0, part);
  }
  context.Put(Op::kPutAssociation, id, 0, record);
  return Receipt(201, id, record);
}

}  // namespace anon
