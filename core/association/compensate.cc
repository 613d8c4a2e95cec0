#include "association/compensate.h"

#include <algorithm>
#include <map>

#include "association/before.h"
#include "model/json.h"

namespace anon {
namespace {

struct Undoing {
  std::string id;  ///< of the association or a part of it
  Record record;
};

Failure ReadIds(std::string_view list, std::vector<std::string>* ids) {
  for (const std::string_view element : Elements(list)) {
    std::string id;
    for (const Member& member : IsObject(element) ? Members(element) : std::vector<Member>()) {
      if (member.name == "service_id") id = AsString(member.value).value_or("");
    }
    if (auto failure = CheckKey("service_id", id)) return failure;
    if (std::find(ids->begin(), ids->end(), id) != ids->end()) {
      return Invalid("services: one of them is there twice");
    }
    ids->push_back(std::move(id));
  }
  return std::nullopt;
}

Failure Load(const Context& context, const Envelope& envelope, std::vector<Undoing>* out) {
  std::vector<std::string> ids = PartIds(context, envelope.undoes);
  ids.push_back(envelope.undoes);
  for (const std::string& id : ids) {
    Record record;
    const std::string* bytes = FindAssociation(context, id);
    if (bytes == nullptr || !record.Decode(*bytes)) continue;
    if (record.Text(Tag::kCustomerId) != envelope.customer || record.Has(Tag::kUndoes)) {
      return Conflict("undoes: not an association of this customer");
    }
    out->push_back({id, std::move(record)});
  }
  return std::nullopt;
}

const char* GiveBackOne(Context& context, const Envelope& envelope, const std::vector<Undoing>& undoing,
                        const std::string& service_id) {
  const Service* service = context.store().Find(context.request.tenant, service_id);
  if (service == nullptr || service->customer_id().empty()) return "already";
  if (service->customer_id() != envelope.customer) return "conflict";
  const std::string holder(PeekText(service->record, Tag::kAssociationId));
  for (const Undoing& one : undoing) {
    if (one.id != holder) continue;
    for (const Before& before : ReadBefore(one.record.Text(Tag::kBefore))) {
      if (before.service_id != service_id) continue;
      // Without a contact key it was this customer's before it came here, and nobody could find it any more.
      if (before.customer.empty() && service->contact_key().empty()) return "already";
      GiveBack(context, holder, before);
      Record record = service->Decoded();
      if (before.customer.empty()) record.Set(Tag::kFormerAssociation, envelope.undoes);
      context.Put(Op::kPutService, service_id, 0, record);
      return "undone";
    }
  }
  return "already";
}

}  // namespace

Failure ApplyUndo(Context& context, const Envelope& envelope, std::string* results) {
  std::vector<std::string> ids;
  if (auto failure = ReadIds(envelope.services, &ids)) return failure;
  std::vector<Undoing> undoing;
  if (auto failure = Load(context, envelope, &undoing)) return failure;
  std::string marks = "[";
  *results = "[";
  for (const std::string& id : ids) {
    if (results->size() > 1) *results += ',', marks += ',';
    const std::string entry = "{\"service_id\":" + Quoted(id) + ",\"result\":\"";
    *results += entry + GiveBackOne(context, envelope, undoing, id) + "\"}";
    marks += entry + "undone\"}";
  }
  *results += ']';
  marks += ']';
  const bool known = !undoing.empty() && undoing.back().id == envelope.undoes;
  if (!known) {
    Record mark;
    mark.Set(Tag::kCustomerId, envelope.customer);
    mark.SetInteger(Tag::kCreated, context.now());
    mark.Set(Tag::kResults, marks);
    undoing.push_back({envelope.undoes, std::move(mark)});
  }
  for (Undoing& one : undoing) {
    SetPhase(context, kUndone, &one.record);
    context.Put(Op::kPutAssociation, one.id, 0, one.record);
  }
  return std::nullopt;
}

}  // namespace anon
