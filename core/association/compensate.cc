#include "association/compensate.h"

#include <map>
#include <set>

#include "association/before.h"
#include "model/json.h"
#include "model/keys.h"

namespace anon {
namespace {

struct Undoing {
  std::string id;  ///< of the association or a part of it
  Record record;
  std::map<std::string, Before> before;  ///< by service id
};

Failure ReadIds(std::string_view list, std::vector<std::string>* ids) {
  std::set<std::string, std::less<>> seen;
  for (const std::string_view element : Elements(list)) {
    std::string id;
    for (const Member& member : Members(element)) {
      if (member.name == "service_id") id = AsString(member.value).value_or("");
    }
    if (auto failure = CheckKey("service_id", id)) return failure;
    if (!seen.insert(id).second) return Invalid("services: one of them is there twice");
    ids->push_back(std::move(id));
  }
  return std::nullopt;
}

Failure Load(const Context& context, const Envelope& envelope, std::vector<Undoing>* out) {
  std::vector<std::string> ids = PartIds(context, envelope.undoes);
  ids.push_back(envelope.undoes);
  for (const std::string& id : ids) {
    Undoing one;
    const std::string* bytes = FindAssociation(context, id);
    if (bytes == nullptr || !one.record.Decode(*bytes)) continue;
    if (one.record.Text(Tag::kCustomerId) != envelope.customer || one.record.Has(Tag::kUndoes)) {
      if (id != envelope.undoes) continue;  // a part of somebody else's making
      return Conflict("undoes: not an association of this customer");
    }
    for (Before& before : ReadBefore(one.record.Text(Tag::kBefore))) {
      one.before.emplace(before.service_id, before);
    }
    one.id = id;
    out->push_back(std::move(one));
  }
  return std::nullopt;
}

const char* GiveBackOne(Context& context, const Envelope& envelope, const std::vector<Undoing>& undoing,
                        const std::string& service_id) {
  const Service* service = context.store().Find(context.request.tenant, service_id);
  if (service == nullptr || service->customer_id().empty() || !context.InReach(*service)) return "already";
  if (service->customer_id() != envelope.customer) return "conflict";
  const std::string holder(PeekText(service->record, Tag::kAssociationId));
  for (const Undoing& one : undoing) {
    const auto before = one.before.find(service_id);
    if (one.id != holder || before == one.before.end()) continue;
    // Without a contact key it was this customer's before it came here, and nobody could find it any more.
    if (before->second.customer.empty() && service->contact_key().empty()) return "already";
    GiveBack(context, holder, before->second);
    Record record = service->Decoded();
    if (before->second.customer.empty()) record.Set(Tag::kFormerAssociation, envelope.undoes);
    context.Put(Op::kPutService, service_id, 0, record);
    return "undone";
  }
  return "already";
}

}  // namespace

Failure ApplyUndo(Context& context, const Envelope& envelope, std::string* results) {
  std::vector<std::string> ids;
  if (auto failure = ReadIds(envelope.services, &ids)) return failure;
  std::vector<Undoing> undoing;
  if (auto failure = Load(context, envelope, &undoing)) return failure;
  *results = "[";
  for (const std::string& id : ids) {
    AppendResult(results, id, GiveBackOne(context, envelope, undoing, id));
  }
  *results += ']';
  const bool known = !undoing.empty() && undoing.back().id == envelope.undoes;
  if (!known) {
    Undoing& mark = undoing.emplace_back();
    mark.id = envelope.undoes;
    mark.record.Set(Tag::kCustomerId, envelope.customer);
    mark.record.SetInteger(Tag::kCreated, context.now());
    mark.record.Set(Tag::kResults, "[]");
  }
  for (Undoing& one : undoing) {
    SetPhase(context, kUndone, &one.record);
    context.Put(Op::kPutAssociation, one.id, 0, one.record);
  }
  return std::nullopt;
}

}  // namespace anon
