// Starting, associating, completing and removing services (contract section 5).
#include "model/json.h"
#include "model/keys.h"
#include "rest/operations.h"

namespace anon {
namespace {

bool MayNameCustomer(const Principal& who, std::string_view customer) {
  return who.local || who.writer || customer == who.customer;
}

Error CustomerMismatch() {
  return {Code::kCustomerMismatch, "customer_id: not the customer of the credentials"};
}

Response Started(const Context& context, std::string_view id) {
  Response response = Json(201, {});
  response.body.reserve(id.size() + 32);
  response.body += "{\"service_id\":";
  AppendQuoted(&response.body, id);
  response.body += '}';
  AddLocation(context, id, {}, &response);
  return response;
}

// The service that this idempotency key started before, or null.
const Service* StartedBefore(const Context& context) {
  const Tenant* tenant = context.tenant();
  if (tenant == nullptr || context.request.idempotency_key.empty()) return nullptr;
  const int64_t visit = context.visit().number;
  for (const Service* service : tenant->by_idempotency.Find(context.request.idempotency_key)) {
    if (service->visit == visit) return service;
  }
  return nullptr;
}

// A service may have found its customer since; its contact key stays.
bool SameOwner(const Service& service, const RecordBuilder& fields) {
  const std::string_view customer = fields.Text(Tag::kCustomerId);
  return service.contact_key() == fields.Text(Tag::kContactKey) &&
         (customer.empty() || customer == service.customer_id());
}

}  // namespace

std::string NewService(const Context& context, Event event) {
  RecordBuilder& record = event.fields;
  record.SetInteger(Tag::kStarted, event.timestamp.value_or(context.now()));
  bool ends = record.Has(Tag::kAutoCompleteAfter);
  if (!ends && context.options.auto_complete_after) {
    record.SetInteger(Tag::kAutoCompleteAfter, *context.options.auto_complete_after);
    ends = true;
  }
  if (ends) record.SetInteger(Tag::kUpdated, context.clock());
  if (const auto end = Lifetime(event, context.clock())) record.SetInteger(Tag::kExpires, *end);
  if (!context.request.group.empty()) record.Set(Tag::kGroup, context.request.group);
  if (const int64_t visit = context.visit().number; visit != 0) record.SetInteger(Tag::kVisit, visit);
  return record.Take();
}

Answer StartService(Context& context) {
  Event event;
  if (auto failure =
          ParseEvent(EventKind::kServiceStart, context.request.body, context.options.lists, &event)) {
    return *failure;
  }
  RecordBuilder& fields = event.fields;
  const std::string_view customer = fields.Text(Tag::kCustomerId);
  const std::string_view key = fields.Text(Tag::kContactKey);
  if (customer.empty() && key.empty()) {
    return Invalid("customer_id, contact_key: a service start needs one of the two");
  }
  if (!customer.empty() && !MayNameCustomer(context.request.principal, customer)) {
    return CustomerMismatch();
  }
  if (const Service* before = StartedBefore(context)) {
    if (!SameOwner(*before, fields) || !context.InReach(*before)) {
      return Conflict("Idempotency-Key: already used to start a service for somebody else");
    }
    return Started(context, before->id());
  }
  const std::string id = context.NewServiceId(key.empty() ? customer : key);
  if (!context.request.idempotency_key.empty()) {
    fields.Set(Tag::kIdempotencyKey, context.request.idempotency_key);
  }
  context.Put(Op::kPutService, id, 0, NewService(context, std::move(event)));
  return Started(context, id);
}

Answer AssociateService(Context& context) {
  const std::string& customer = context.arguments[0];
  const std::string& id = context.arguments[1];
  if (auto failure = CheckCustomerId(customer)) return *failure;
  Event event;
  if (auto failure = ParseEvent(EventKind::kAssociate, context.request.body, context.options.lists, &event)) {
    return *failure;
  }
  if (event.fields.Has(Tag::kCustomerId) && event.fields.Text(Tag::kCustomerId) != customer) {
    return Invalid("customer_id: the body names another customer than the path");
  }
  const Service* service = context.FindService(id);
  if (service == nullptr) return ServiceNotFound(id);
  Record record = service->Decoded();
  record.Merge(event.fields.ToRecord());
  // What was handed over to the former customer was not handed over to this one.
  if (record.Text(Tag::kCustomerId) != customer) record.Erase(Tag::kAssociationId);
  record.Set(Tag::kCustomerId, customer);
  SetLifetime(event, context.clock(), &record);
  if (record.Has(Tag::kAutoCompleteAfter)) record.SetInteger(Tag::kUpdated, context.clock());
  context.Put(Op::kPutService, id, 0, record);
  return Empty(204);
}

Answer CompleteService(Context& context) {
  const std::string& id = context.arguments[0];
  Event event;
  if (auto failure =
          ParseEvent(EventKind::kServiceEnd, context.request.body, context.options.lists, &event)) {
    return *failure;
  }
  const Service* service = context.FindService(id);
  if (service == nullptr) return ServiceNotFound(id);
  const std::string digest = EventDigest(event);
  Record record = service->Decoded();
  if (!service->active) {
    if (record.Text(Tag::kEndDigest) == digest) return Empty(204);
    return Conflict("service: already completed, with another end event");
  }
  RecordEnd(event, event.timestamp.value_or(context.now()), &record);
  record.Set(Tag::kEndDigest, digest);
  SetLifetime(event, context.clock(), &record);
  context.Put(Op::kPutService, id, 0, record);
  return Empty(204);
}

Answer UpdateExpiration(Context& context) {
  const std::string& id = context.arguments[0];
  Members members;
  if (auto failure = ParseObject(context.request.body, "body", &members)) return *failure;
  for (const Member& member : members) {
    if (member.name != "ttl" && member.name != "expiration_time") {
      return Invalid("body: only ttl and expiration_time are accepted");
    }
  }
  Event event;
  if (auto failure = ReadEvent(EventKind::kServiceEnd, members.list(), context.options.lists, &event)) {
    return *failure;
  }
  if (!event.ttl && !event.expiration_time) {
    return Invalid("ttl, expiration_time: one of the two is needed");
  }
  const Service* service = context.FindService(id);
  if (service == nullptr) return ServiceNotFound(id);
  Record record = service->Decoded();
  SetLifetime(event, context.clock(), &record);
  if (record.Has(Tag::kUpdated)) record.SetInteger(Tag::kUpdated, context.clock());
  context.Put(Op::kPutService, id, 0, record);
  return Json(200, "{}");
}

Answer DeleteService(Context& context) {
  const std::string& id = context.arguments[0];
  if (context.FindService(id) == nullptr) return ServiceNotFound(id);
  context.Remove(Op::kRemoveService, id);
  return Json(200, "{}");
}

}  // namespace anon
