// The receiver's side of an association: applied once, however often it arrives (contract section 6). The
// customer comes from the credentials; a service that belongs to somebody else is never taken.
#include <algorithm>

#include "association/association.h"
#include "association/before.h"
#include "association/compensate.h"
#include "model/json.h"
#include "rest/operations.h"

namespace anon {
namespace {

Failure ReadServices(const Envelope& envelope, const ValueLists& lists, std::vector<ImportedService>* out) {
  std::set<std::string, std::less<>> seen;
  for (const std::string_view text : Elements(envelope.services)) {
    ImportedService& service = out->emplace_back();
    if (auto failure = ReadService(text, lists, &service)) return failure;
    if (!seen.insert(service.id).second) return Invalid("services: one of them is there twice");
  }
  return std::nullopt;
}

// Whether the customer may take an anonymous service that is already here: whoever knows an id must also hold
// the claim that was given when the service was started, or know the association that had brought it.
bool MayTake(const Context& context, const Envelope& envelope, const Service& service) {
  if (context.request.principal.claims.count(service.id()) != 0) return true;
  const std::string_view former = PeekText(service.record, Tag::kFormerAssociation);
  return !former.empty() &&
         std::find(envelope.follows.begin(), envelope.follows.end(), former) != envelope.follows.end();
}

void Put(Context& context, const std::string& id, Op op, const std::vector<Record>& parts) {
  for (size_t i = 0; i < parts.size(); ++i) context.Put(op, id, static_cast<uint32_t>(i), parts[i]);
}

// What is here of a part and what comes in are the same part if they are of one type and started at the same
// time; what comes in then wins, field by field. Where they are not, somebody else's part has taken the
// number since, and stays.
void Merge(Context& context, const std::string& id, Op op, const std::vector<Text>& here,
           const std::vector<Record>& parts) {
  const size_t before = here.size();  // grows as parts are put
  for (size_t i = 0; i < parts.size(); ++i) {
    Record part = parts[i];
    if (i < before) {
      Record known;
      if (!known.Decode(here[i]) || known.Integer(Tag::kStarted) != part.Integer(Tag::kStarted)) continue;
      if (known.Text(Tag::kType) != part.Text(Tag::kType)) continue;
      known.Merge(part);
      part = std::move(known);
    }
    context.Put(op, id, static_cast<uint32_t>(i), part);
  }
}

void Take(Context& context, const Envelope& envelope, const Service& here, const ImportedService& service,
          std::vector<Before>* before) {
  Record record = here.Decoded();
  before->push_back(BeforeOf(service.id, record));
  record.Merge(service.record);
  record.Erase(Tag::kFormerAssociation);
  HandOver(context, envelope.customer, envelope.association_id, &record, &before->back());
  context.Put(Op::kPutService, service.id, 0, record);
  Merge(context, service.id, Op::kPutState, here.states(), service.states);
  Merge(context, service.id, Op::kPutTask, here.tasks(), service.tasks);
}

void Add(Context& context, const Envelope& envelope, const ImportedService& service,
         std::vector<Before>* before) {
  Record record = service.record;
  const std::string_view named = record.Text(Tag::kCustomerId);
  before->push_back({service.id, std::string(named == envelope.customer ? "" : named), {}, {}, {}});
  HandOver(context, envelope.customer, envelope.association_id, &record, &before->back());
  if (!context.request.group.empty()) record.Set(Tag::kGroup, context.request.group);
  if (record.Has(Tag::kAutoCompleteAfter)) record.SetInteger(Tag::kUpdated, context.clock());
  context.Put(Op::kPutService, service.id, 0, record);
  Put(context, service.id, Op::kPutState, service.states);
  Put(context, service.id, Op::kPutTask, service.tasks);
}

const char* Apply(Context& context, const Envelope& envelope, const ImportedService& service,
                  std::vector<Before>* before) {
  const bool reassigns = envelope.reassign && context.request.principal.writer;
  const Service* here = context.store().Find(context.request.tenant, service.id);
  if (here == nullptr) {
    const std::string_view named = service.record.Text(Tag::kCustomerId);
    if (!named.empty() && named != envelope.customer && !reassigns) return "conflict";
    Add(context, envelope, service, before);
    return "associated";
  }
  if (!context.InReach(*here)) return "conflict";
  const std::string_view owner = here->customer_id();
  if (owner == envelope.customer) return "already";
  if (owner.empty() ? !MayTake(context, envelope, *here) : !reassigns) return "conflict";
  Take(context, envelope, *here, service, before);
  return "associated";
}

// The receipt that the receiver gives, the same bytes whenever it is asked again.
Response GivenReceipt(const std::string& id, const Record& record) {
  Response response = Json(200, "{");
  AppendText(&response.body, "association_id", id);
  AppendText(&response.body, "customer_id", record.Text(Tag::kCustomerId));
  AppendText(&response.body, "state", record.Text(Tag::kPhase));
  AppendTime(&response.body, "received", record.Integer(Tag::kCreated).value_or(0));
  AppendToken(&response.body, "services", record.Text(Tag::kResults));
  response.body += '}';
  return response;
}

// What an association was answered with before. One that was undone, as a whole or before its parts came, has
// no effect any more.
std::optional<Answer> AnsweredBefore(const Context& context, const Envelope& envelope) {
  Record record;
  const std::string* bytes = FindAssociation(context, envelope.association_id);
  if (bytes != nullptr && record.Decode(*bytes)) {
    const bool same = record.Text(Tag::kCustomerId) == envelope.customer &&
                      (!record.Has(Tag::kDigest) || record.Text(Tag::kDigest) == envelope.digest);
    if (!same) return Conflict("association_id: already used for another association");
    return GivenReceipt(envelope.association_id, record);
  }
  const std::string& id = envelope.association_id;
  for (size_t dot = id.find('.'); dot != std::string::npos; dot = id.find('.', dot + 1)) {
    const std::string* whole = FindAssociation(context, id.substr(0, dot));
    if (whole == nullptr || PeekText(*whole, Tag::kPhase) != kUndone || !record.Decode(*whole)) continue;
    if (record.Text(Tag::kCustomerId) != envelope.customer) continue;
    return GivenReceipt(id, record);
  }
  return std::nullopt;
}

}  // namespace

Answer DeliverAssociations(Context& context) {
  if (!context.options.associations) return Error{Code::kNoSuchPath, "no operation has this path"};
  Envelope envelope;
  if (auto failure = ReadEnvelope(context.request.body, &envelope)) return *failure;
  if (envelope.customer != context.request.principal.customer) {
    return Error{Code::kCustomerMismatch, "customer_id: not the customer of the credentials"};
  }
  const std::string_view key = context.request.idempotency_key;
  if (!key.empty() && key != envelope.association_id) {
    return Invalid("Idempotency-Key: the association_id is expected");
  }
  if (auto before = AnsweredBefore(context, envelope)) return std::move(*before);
  std::vector<ImportedService> services;
  if (envelope.undoes.empty()) {
    if (auto failure = ReadServices(envelope, context.options.lists, &services)) return *failure;
  }

  std::string results = "[";
  std::vector<Before> before;
  if (envelope.undoes.empty()) {
    for (const ImportedService& service : services) {
      AppendResult(&results, service.id, Apply(context, envelope, service, &before));
    }
    results += ']';
  } else if (auto failure = ApplyUndo(context, envelope, &results)) {
    return *failure;
  }
  Record record;
  record.Set(Tag::kCustomerId, envelope.customer);
  record.Set(Tag::kPhase, kAcknowledged);
  record.SetInteger(Tag::kCreated, context.now());
  record.Set(Tag::kDigest, envelope.digest);
  record.Set(Tag::kResults, results);
  if (!before.empty()) record.Set(Tag::kBefore, BeforeText(before));
  if (!envelope.undoes.empty()) record.Set(Tag::kUndoes, envelope.undoes);
  context.Put(Op::kPutAssociation, envelope.association_id, 0, record);
  return GivenReceipt(envelope.association_id, record);
}

}  // namespace anon
