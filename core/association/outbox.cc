// The sender's side of an association: made in one commit, kept until the server answered (contract section
// 6).
#include <algorithm>

#include "association/association.h"
#include "model/json.h"
#include "rest/operations.h"
#include "rest/parameters.h"
#include "rest/show.h"

namespace anon {
namespace {

struct Selection {
  std::string customer;
  std::vector<const Service*> attach;  ///< anonymous, or this customer's but never handed over to them
  const Service* handed_over = nullptr;
};

Answer Receipt(int status, std::string_view id, const Record& record) {
  Response response = Json(status, {});
  AppendReceipt(&response.body, id, record);
  return response;
}

Failure ReadIds(std::string_view list, std::vector<std::string>* ids) {
  if (!IsArray(list)) return Invalid("service_ids: a list of service ids is expected");
  for (const std::string_view element : Elements(list)) {
    auto id = AsString(element);
    if (!id) return Invalid("service_ids: strings are expected");
    if (std::find(ids->begin(), ids->end(), *id) == ids->end()) ids->push_back(std::move(*id));
  }
  if (ids->empty()) return Invalid("service_ids: at least one service id is expected");
  if (ids->size() > 1000) return Invalid("service_ids: at most 1000 service ids are accepted");
  return std::nullopt;
}

Failure Select(Context& context, Selection* selection) {
  std::vector<Member> members;
  if (auto failure = ParseObject(context.request.body, "body", &members)) return failure;
  std::vector<std::string> ids;
  bool has_customer = false;
  for (const Member& member : members) {
    if (member.name == "customer_id") {
      auto customer = AsString(member.value);
      if (!customer) return Invalid("customer_id: a string of 1 to 256 bytes is expected");
      selection->customer = std::move(*customer);
      has_customer = true;
    } else if (member.name == "service_ids") {
      if (auto failure = ReadIds(member.value, &ids)) return failure;
    } else {
      return Invalid("body: customer_id and service_ids are accepted");
    }
  }
  if (!has_customer) return Invalid("customer_id: the customer who logged in is needed");
  if (auto failure = CheckCustomerId(selection->customer)) return failure;
  if (ids.empty()) return Invalid("service_ids: at least one service id is expected");
  for (const std::string& id : ids) {
    const Service* service = context.FindService(id);
    if (service == nullptr) return ServiceNotFound(id);
    const std::string_view owner = service->customer_id();
    if (!owner.empty() && owner != selection->customer) {
      return Conflict("service_ids: " + id + " belongs to another customer");
    }
    if (owner.empty() || PeekText(service->record, Tag::kAssociationId).empty()) {
      selection->attach.push_back(service);
    } else {
      selection->handed_over = service;
    }
  }
  return std::nullopt;
}

const std::string* FindAssociation(const Context& context, const std::string& id) {
  const Tenant* tenant = context.tenant();
  if (tenant == nullptr) return nullptr;
  const auto found = tenant->associations.find(id);
  return found == tenant->associations.end() ? nullptr : &found->second;
}

// What is recorded under the id in the path; a failure if there is no such association.
Failure Load(const Context& context, Record* record) {
  const std::string& id = context.arguments[0];
  const std::string* bytes = FindAssociation(context, id);
  if (bytes == nullptr || !record->Decode(*bytes)) return NotFound("association", id);
  return std::nullopt;
}

bool Finished(const Record& record) { return !record.Has(Tag::kOrder); }

// An association that is finished leaves the outbox.
void Finish(Context& context, Record* record, std::string_view phase) {
  record->Set(Tag::kPhase, phase);
  record->Erase(Tag::kOrder);
  context.Put(Op::kPutAssociation, context.arguments[0], 0, *record);
}

// The `services` of a server's receipt, if it is one for this association: every service that was sent has a
// result out of the three.
Failure ReadResults(std::string_view body, std::string_view association_id, const Record& record,
                    std::string* results) {
  std::vector<Member> members;
  if (auto failure = ParseObject(body, "receipt", &members)) return failure;
  std::string id;
  std::string_view services;
  for (const Member& member : members) {
    if (member.name == "association_id") id = AsString(member.value).value_or("");
    if (member.name == "services" && IsArray(member.value)) services = member.value;
  }
  if (id != association_id) return Invalid("receipt: not of this association");
  std::set<std::string_view> sent;
  for (const std::string_view element : Elements(record.Text(Tag::kResults))) sent.insert(element);
  std::string out = "[";
  if (services.empty() || Elements(services).size() != sent.size()) {
    return Invalid("receipt: a result for every service is expected");
  }
  for (const std::string_view element : Elements(services)) {
    if (!IsObject(element)) return Invalid("receipt: a result for every service is expected");
    std::string service_id;
    std::string result;
    for (const Member& member : Members(element)) {
      if (member.name == "service_id") service_id = AsString(member.value).value_or("");
      if (member.name == "result") result = AsString(member.value).value_or("");
    }
    const std::string pending = "{\"service_id\":" + Quoted(service_id) + "}";
    // Each has one result, so as many results as services are all of them.
    if (sent.erase(pending) == 0 || (result != "associated" && result != "already" && result != "conflict")) {
      return Invalid("receipt: a result for every service is expected");
    }
    if (out.size() > 1) out += ',';
    out += pending.substr(0, pending.size() - 1) + ",\"result\":" + Quoted(result) + "}";
  }
  *results = out + "]";
  return std::nullopt;
}

}  // namespace

Answer Associate(Context& context) {
  Selection selection;
  if (auto failure = Select(context, &selection)) return *failure;
  if (selection.attach.empty()) {
    const std::string id(PeekText(selection.handed_over->record, Tag::kAssociationId));
    Record record;
    const std::string* bytes = FindAssociation(context, id);
    if (bytes == nullptr || !record.Decode(*bytes)) return NotFound("association", id);
    return Receipt(200, id, record);
  }
  const std::string association_id = context.NewServiceId(selection.customer);
  std::string services = "[";
  std::string results = "[";
  const View whole = WholeView();
  for (const Service* service : selection.attach) {
    Record record = service->Decoded();
    record.Set(Tag::kCustomerId, selection.customer);
    record.Set(Tag::kAssociationId, association_id);
    if (record.Has(Tag::kUpdated)) record.SetInteger(Tag::kUpdated, context.clock());
    context.Put(Op::kPutService, service->id, 0, record);
    if (services.size() > 1) {
      services += ',';
      results += ',';
    }
    AppendService(&services, *service, whole);
    results += "{\"service_id\":" + Quoted(service->id) + "}";
  }
  services += ']';
  results += ']';

  Record record;
  record.Set(Tag::kCustomerId, selection.customer);
  record.Set(Tag::kPhase, "pending");
  record.SetInteger(Tag::kCreated, context.now());
  record.Set(Tag::kDigest, DigestOf(services));
  record.Set(Tag::kEnvelope, "{\"association_id\":" + Quoted(association_id) + ",\"customer_id\":" +
                                 Quoted(selection.customer) + ",\"digest\":" + Quoted(DigestOf(services)) +
                                 ",\"services\":" + services + "}");
  if (record.Text(Tag::kEnvelope).size() > kMaxBody) {
    return Error{Code::kTooLarge,
                 "service_ids: together these services are over 262144 bytes, the most that one "
                 "association carries; choose fewer"};
  }
  record.Set(Tag::kResults, results);
  record.SetInteger(Tag::kOrder, context.store().NextOrder());
  context.Put(Op::kPutAssociation, association_id, 0, record);
  return Receipt(201, association_id, record);
}

Answer QueryAssociations(Context& context) {
  Response response = Json(200, "[");
  if (const Tenant* tenant = context.tenant()) {
    for (const auto& [id, bytes] : tenant->associations) {
      Record record;
      if (!record.Decode(bytes)) continue;
      if (response.body.size() > 1) response.body += ',';
      AppendReceipt(&response.body, id, record);
    }
  }
  response.body += ']';
  return response;
}

Answer QueryAssociation(Context& context) {
  Record record;
  if (auto failure = Load(context, &record)) return *failure;
  return Receipt(200, context.arguments[0], record);
}

Answer NextDelivery(Context& context) {
  if (auto failure = OnlyParameters(context.request, {"after"})) return *failure;
  const Tenant* tenant = context.tenant();
  if (tenant == nullptr) return Empty(204);
  auto next = tenant->outbox.begin();
  const auto after = context.request.query.find("after");
  if (after != context.request.query.end() && after->second.size() == 1) {
    const std::string* bytes = FindAssociation(context, after->second[0]);
    const auto order = bytes == nullptr ? std::nullopt : PeekInteger(*bytes, Tag::kOrder);
    if (order) next = tenant->outbox.upper_bound(*order);
  }
  if (next == tenant->outbox.end()) return Empty(204);
  const std::string& id = next->second;
  const std::string* bytes = FindAssociation(context, id);
  if (bytes == nullptr) return Empty(204);
  Response response = Json(200, std::string(PeekText(*bytes, Tag::kEnvelope)));
  response.headers.emplace_back("Association-Id", id);
  return response;
}

Answer MarkSent(Context& context) {
  Record record;
  if (auto failure = Load(context, &record)) return *failure;
  if (record.Text(Tag::kPhase) == "pending") {
    record.Set(Tag::kPhase, "sent");
    context.Put(Op::kPutAssociation, context.arguments[0], 0, record);
  }
  return Receipt(200, context.arguments[0], record);
}

Answer RecordReceipt(Context& context) {
  Record record;
  if (auto failure = Load(context, &record)) return *failure;
  if (!Finished(record)) {
    std::string results;
    if (auto failure = ReadResults(context.request.body, context.arguments[0], record, &results)) {
      return *failure;
    }
    record.Set(Tag::kResults, results);
    record.Erase(Tag::kEnvelope);
    Finish(context, &record, "acknowledged");
  }
  return Receipt(200, context.arguments[0], record);
}

Answer RecordRejection(Context& context) {
  Record record;
  if (auto failure = Load(context, &record)) return *failure;
  std::vector<Member> members;
  if (auto failure = ParseObject(context.request.body, "body", &members)) return *failure;
  if (!Finished(record)) {
    record.Set(Tag::kProblem, context.request.body);
    Finish(context, &record, "rejected");
  }
  return Receipt(200, context.arguments[0], record);
}

}  // namespace anon
