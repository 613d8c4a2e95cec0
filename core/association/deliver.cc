// The receiver's side of an association: applied once, however often it arrives (contract section 6). The
// customer comes from the credentials; a service that belongs to somebody else is never taken.
#include "association/association.h"
#include "model/instant.h"
#include "model/json.h"
#include "rest/operations.h"

namespace anon {
namespace {

// How much deeper than in a body of its own an extension of a state stands: { services: [ { active_states: [
// { … } ] } ] }
constexpr int kEnvelopeDepth = 5;

struct Envelope {
  std::string association_id;
  std::string customer;
  std::string digest;
  std::string_view list;
  std::vector<ImportedService> services;
};

Failure ReadEnvelope(std::string_view body, const ValueLists& lists, Envelope* out) {
  std::vector<Member> members;
  if (auto failure = ParseObject(body, "body", &members, kMaxDepth + kEnvelopeDepth)) return failure;
  for (const Member& member : members) {
    if (member.name == "association_id") out->association_id = AsString(member.value).value_or("");
    if (member.name == "customer_id") out->customer = AsString(member.value).value_or("");
    if (member.name == "digest") out->digest = AsString(member.value).value_or("");
    if (member.name == "services" && IsArray(member.value)) out->list = member.value;
  }
  if (auto failure = CheckKey("association_id", out->association_id)) return failure;
  if (auto failure = CheckCustomerId(out->customer)) return failure;
  const auto texts = Elements(out->list);
  if (texts.empty()) return Invalid("services: a list of at least one service is expected");
  if (out->digest != DigestOf(out->list)) {
    return Invalid("digest: not that of the services; nothing was applied");
  }
  std::set<std::string> seen;
  for (const std::string_view text : texts) {
    ImportedService& service = out->services.emplace_back();
    if (auto failure = ReadService(text, lists, &service)) return failure;
    if (!seen.insert(service.id).second) return Invalid("services: one of them is there twice");
  }
  return std::nullopt;
}

// Whether the customer may take an anonymous service that is already here: whoever knows an id must also hold
// the claim that was given when the service was started.
bool MayTake(const Context& context, const Service& service) {
  return context.request.principal.claims.count(service.id) != 0;
}

const char* Apply(Context& context, const Envelope& envelope, ImportedService* service) {
  const Service* here = context.store().Find(context.request.tenant, service->id);
  if (here != nullptr) {
    const std::string_view owner = here->customer_id();
    if (owner == envelope.customer) return "already";
    if (!owner.empty() || !MayTake(context, *here)) return "conflict";
    Record record = here->Decoded();
    record.Merge(service->record);
    record.Set(Tag::kCustomerId, envelope.customer);
    record.Set(Tag::kAssociationId, envelope.association_id);
    context.Put(Op::kPutService, service->id, 0, record);
    return "associated";
  }
  Record& record = service->record;
  if (record.Has(Tag::kCustomerId) && record.Text(Tag::kCustomerId) != envelope.customer) {
    return "conflict";
  }
  record.Set(Tag::kCustomerId, envelope.customer);
  record.Set(Tag::kAssociationId, envelope.association_id);
  if (!context.request.group.empty()) record.Set(Tag::kGroup, context.request.group);
  if (record.Has(Tag::kAutoCompleteAfter)) record.SetInteger(Tag::kUpdated, context.clock());
  context.Put(Op::kPutService, service->id, 0, record);
  for (size_t i = 0; i < service->states.size(); ++i) {
    context.Put(Op::kPutState, service->id, static_cast<uint32_t>(i), service->states[i]);
  }
  for (size_t i = 0; i < service->tasks.size(); ++i) {
    context.Put(Op::kPutTask, service->id, static_cast<uint32_t>(i), service->tasks[i]);
  }
  return "associated";
}

// The receipt that the server gives, the same bytes whenever it is asked again.
Response Acknowledged(std::string_view association_id, const Record& record) {
  return Json(200, "{\"association_id\":" + Quoted(association_id) + ",\"customer_id\":" +
                       Quoted(record.Text(Tag::kCustomerId)) + ",\"state\":\"acknowledged\",\"received\":" +
                       Quoted(FormatInstant(record.Integer(Tag::kCreated).value_or(0))) +
                       ",\"services\":" + std::string(record.Text(Tag::kResults)) + "}");
}

}  // namespace

Answer DeliverAssociations(Context& context) {
  Envelope envelope;
  if (auto failure = ReadEnvelope(context.request.body, context.options.lists, &envelope)) {
    return *failure;
  }
  if (envelope.customer != context.request.principal.customer) {
    return Error{Code::kCustomerMismatch, "customer_id: not the customer of the credentials"};
  }
  const std::string& key = context.request.idempotency_key;
  if (!key.empty() && key != envelope.association_id) {
    return Invalid("Idempotency-Key: the association_id is expected");
  }
  if (const Tenant* tenant = context.tenant()) {
    const auto found = tenant->associations.find(envelope.association_id);
    Record before;
    if (found != tenant->associations.end() && before.Decode(found->second)) {
      if (before.Text(Tag::kDigest) != envelope.digest ||
          before.Text(Tag::kCustomerId) != envelope.customer) {
        return Conflict("association_id: already used for another association");
      }
      return Acknowledged(envelope.association_id, before);
    }
  }
  std::string results = "[";
  for (ImportedService& service : envelope.services) {
    const char* result = Apply(context, envelope, &service);
    if (results.size() > 1) results += ',';
    results += "{\"service_id\":" + Quoted(service.id) + ",\"result\":\"" + result + "\"}";
  }
  results += ']';
  Record record;
  record.Set(Tag::kCustomerId, envelope.customer);
  record.Set(Tag::kPhase, "acknowledged");
  record.SetInteger(Tag::kCreated, context.now());
  record.Set(Tag::kDigest, envelope.digest);
  record.Set(Tag::kResults, results);
  context.Put(Op::kPutAssociation, envelope.association_id, 0, record);
  return Acknowledged(envelope.association_id, record);
}

}  // namespace anon
