// What became of associations: the sender's receipts, and the answers that end them.
#include <algorithm>
#include <map>

#include "association/association.h"
#include "association/before.h"
#include "model/json.h"
#include "rest/operations.h"
#include "store/visit.h"

namespace anon {
namespace {

// The result of each service, as the receipt shows it, by id.
using Results = std::map<std::string, std::string>;

// Of an entry of a receipt, whose first member it is.
std::string IdIn(std::string_view entry) {
  return AsString(Members(entry).list().front().value).value_or("");
}

bool IsResult(std::string_view word, bool undoes) {
  return word == "already" || word == "conflict" || word == (undoes ? kUndone : "associated");
}

Failure ReadResult(std::string_view element, bool undoes, Results* out) {
  const Error error = Invalid("receipt: a result for every service is expected");
  if (!IsObject(element)) return error;
  std::string id, result, server_id;
  for (const Member& member : Members(element)) {
    if (member.name == "service_id") id = AsString(member.value).value_or("");
    if (member.name == "result") result = AsString(member.value).value_or("");
    if (member.name == "server_service_id") server_id = AsString(member.value).value_or("");
  }
  if (!IsResult(result, undoes)) return error;
  std::string entry = "{";
  AppendText(&entry, "service_id", id);
  AppendText(&entry, "result", result);
  AppendText(&entry, "server_service_id", server_id);
  if (!out->emplace(id, entry + "}").second) return error;
  return std::nullopt;
}

// A server's receipt, if it is one for this association: every service that was sent has one result.
Failure ReadServerReceipt(std::string_view body, std::string_view association_id, const Record& record,
                          Results* results, bool* undone) {
  Members members;
  if (auto failure = ParseObject(body, "receipt", &members)) return failure;
  std::string id, state;
  std::string_view services;
  for (const Member& member : members) {
    if (member.name == "association_id") id = AsString(member.value).value_or("");
    if (member.name == "state") state = AsString(member.value).value_or("");
    if (member.name == "services" && IsArray(member.value)) services = member.value;
  }
  if (id != association_id) return Invalid("receipt: not of this association");
  *undone = state == kUndone;
  if (*undone) return std::nullopt;
  for (const std::string_view element : Elements(services)) {
    if (auto failure = ReadResult(element, record.Has(Tag::kUndoes), results)) return failure;
  }
  const auto sent = Elements(record.Text(Tag::kResults));
  const bool all = std::all_of(sent.begin(), sent.end(), [&](std::string_view entry) {
    return results->find(IdIn(entry)) != results->end();
  });
  if (!all || sent.size() != results->size()) {
    return Invalid("receipt: a result for every service is expected");
  }
  return std::nullopt;
}

// The entries of a receipt, with the results that have come in.
std::string Merged(std::string_view entries, const Results& results) {
  std::string out = "[";
  for (const std::string_view entry : Elements(entries)) {
    Separate(&out);
    const auto found = results.find(IdIn(entry));
    out += found == results.end() ? std::string(entry) : found->second;
  }
  return out + ']';
}

// A service that the server left with somebody else was not handed over here either. What its customer has
// added to it since is for nobody else to see: it stays in a visit of theirs.
void GiveBackConflicts(Context& context, const std::string& id, const Record& record,
                       const Results& results) {
  const Tenant* tenant = context.store().FindTenant(context.request.tenant);
  const auto visit = tenant == nullptr ? std::nullopt : LastVisitOf(*tenant, record.Text(Tag::kCustomerId));
  for (const Before& one : ReadBefore(record.Text(Tag::kBefore))) {
    const auto found = results.find(one.service_id);
    if (found != results.end() && found->second.find("\"result\":\"conflict\"") != std::string::npos) {
      GiveBack(context, id, one, visit);
    }
  }
}

// Whether any part of it is still to be sent, or was refused.
struct PartsLeft {
  bool to_send = false;
  std::string problem;
};

PartsLeft Left(const Context& context, const std::string& id) {
  PartsLeft left;
  for (const std::string& part_id : PartIds(context, id)) {
    const std::string& bytes = *FindAssociation(context, part_id);
    if (PeekInteger(bytes, Tag::kOrder)) left.to_send = true;
    if (PeekText(bytes, Tag::kPhase) == kRejected) left.problem = PeekText(bytes, Tag::kProblem);
  }
  return left;
}

// Once nothing of it is to be sent any more.
void Finish(Context& context, const std::string& id, Record* record) {
  const PartsLeft left = Left(context, id);
  if (!left.to_send && left.problem.empty()) {
    SetPhase(context, kAcknowledged, record);
    record->Erase(Tag::kEnvelope);
    record->Erase(Tag::kProgress);
  } else if (!left.to_send) {
    SetPhase(context, kRejected, record);
    record->Set(Tag::kProblem, left.problem);
  }
}

// The server has it as undone: so it is here.
void FinishUndone(Context& context, const std::string& id, Record* record) {
  for (const Before& one : ReadBefore(record->Text(Tag::kBefore))) GiveBack(context, id, one);
  for (const std::string& part_id : PartIds(context, id)) context.Remove(Op::kRemoveAssociation, part_id);
  SetPhase(context, kUndone, record);
  record->Erase(Tag::kEnvelope);
}

Answer Stored(Context& context, const std::string& id, Record record) {
  context.Put(Op::kPutAssociation, id, 0, record);
  return Receipt(200, id, record);
}

}  // namespace

Answer QueryAssociations(Context& context) {
  Response response = Json(200, "[");
  if (const Tenant* tenant = context.tenant()) {
    for (const auto& [id, bytes] : tenant->associations) {
      Record record;
      if (!record.Decode(bytes) || record.Has(Tag::kPartOf)) continue;
      if (IsSealed(*tenant, record.Text(Tag::kCustomerId))) continue;
      Separate(&response.body);
      AppendReceipt(&response.body, id, record);
    }
  }
  response.body += ']';
  return response;
}

Answer QueryAssociation(Context& context) {
  Record record;
  if (auto failure = LoadOpen(context, &record)) return *failure;
  return Receipt(200, context.arguments[0], record);
}

Answer RecordReceipt(Context& context) {
  const std::string& id = context.arguments[0];
  Record record;
  if (auto failure = LoadAssociation(context, &record)) return *failure;
  if (!record.Has(Tag::kOrder)) return Receipt(200, id, record);
  Results results;
  bool undone = false;
  if (auto failure = ReadServerReceipt(context.request.body, id, record, &results, &undone)) return *failure;
  std::string whole_id = id;
  if (record.Has(Tag::kPartOf)) {
    whole_id = record.Text(Tag::kPartOf);
    context.Remove(Op::kRemoveAssociation, id);
    const std::string* bytes = FindAssociation(context, whole_id);
    if (bytes == nullptr || !record.Decode(*bytes)) return NotFound("association", whole_id);
  }
  record.Erase(Tag::kOrder);
  if (undone) {
    FinishUndone(context, whole_id, &record);
  } else {
    record.Set(Tag::kResults, Merged(record.Text(Tag::kResults), results));
    GiveBackConflicts(context, whole_id, record, results);
    Finish(context, whole_id, &record);
  }
  return Stored(context, whole_id, std::move(record));
}

Answer RecordRejection(Context& context) {
  const std::string& id = context.arguments[0];
  Record record;
  if (auto failure = LoadAssociation(context, &record)) return *failure;
  Members members;
  if (auto failure = ParseObject(context.request.body, "body", &members)) return *failure;
  if (!record.Has(Tag::kOrder)) return Receipt(200, id, record);
  SetPhase(context, kRejected, &record);
  record.Set(Tag::kProblem, context.request.body);
  record.Erase(Tag::kOrder);
  if (!record.Has(Tag::kPartOf)) return Stored(context, id, std::move(record));
  context.Put(Op::kPutAssociation, id, 0, record);
  const std::string whole_id(record.Text(Tag::kPartOf));
  Record whole;
  const std::string* bytes = FindAssociation(context, whole_id);
  if (bytes == nullptr || !whole.Decode(*bytes)) return NotFound("association", whole_id);
  Finish(context, whole_id, &whole);
  return Stored(context, whole_id, std::move(whole));
}

}  // namespace anon
