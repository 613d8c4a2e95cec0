// An association as the calls of a plain Context Services server: start, states, tasks, end (contract section
// 5). The bodies are made here, so that extensions go out byte for byte as they came.
//
//   calls = [ { service_id, start, states: [ { start, end? } … ], tasks: [ … ], end? } … ]
//
// Each of start and end is a body: JSON text, as a string. A state's or task's place in its list is its id,
// and bodies that refer to a state do so by that id. The start carries the extension AnonymousService, the id
// that the service has here, by which it is found again.
#include "association/association.h"
#include "model/json.h"
#include "model/render.h"
#include "rest/operations.h"

namespace anon {
namespace {

constexpr const char* kMark = "AnonymousService";

constexpr const char* kCommonNames[] = {"session_id",     "interaction_id", "application_type",
                                        "application_id", "resource_type",  "resource_id",
                                        "media_type"};

void AppendCommon(std::string* out, const Record& record, uint8_t offset) {
  for (size_t i = 0; i < std::size(kCommonNames); ++i) {
    const auto tag = static_cast<Tag>(static_cast<uint8_t>(Tag::kSessionId) + offset + i);
    AppendToken(out, kCommonNames[i], record.Text(tag));
  }
}

// A body as a member: JSON text, as a string.
void AppendBody(std::string* out, std::string_view name, const std::string& body) {
  AppendText(out, name, body + '}');
}

void AppendEnd(std::string* out, const Record& record) {
  if (!record.Has(Tag::kCompleted)) return;
  std::string body = "{";
  AppendTime(&body, "timestamp", record.Integer(Tag::kCompleted));
  AppendCommon(&body, record, kEndOffset);
  AppendToken(&body, "disposition", record.Text(Tag::kDisposition));
  AppendToken(&body, "disposition_desc", record.Text(Tag::kDispositionDesc));
  AppendBody(out, "end", body);
}

void AppendPart(std::string* out, const Record& record, const char* type) {
  std::string body = "{";
  AppendToken(&body, type, record.Text(Tag::kType));
  AppendNumber(&body, "previous_state_id", record.Integer(Tag::kPreviousStateId));
  AppendNumber(&body, "state_id", record.Integer(Tag::kStateId));
  AppendToken(&body, "est_duration", record.Text(Tag::kEstDuration));
  AppendTime(&body, "timestamp", record.Integer(Tag::kStarted));
  AppendCommon(&body, record, 0);
  AppendExtensions(&body, record, {true, {}});
  Separate(out);
  *out += '{';
  AppendBody(out, "start", body);
  AppendEnd(out, record);
  *out += '}';
}

void AppendParts(std::string* out, const char* name, const std::vector<Record>& parts, const char* type) {
  AppendToken(out, name, "[");
  for (const Record& part : parts) AppendPart(out, part, type);
  *out += ']';
}

// Whose it was before says the record; the customer's credentials can only start it as the customer's.
void AppendCalls(std::string* out, const ImportedService& service, std::string_view customer) {
  const Record& record = service.record;
  std::string body = "{";
  AppendText(&body, "customer_id", customer);
  AppendText(&body, "contact_key", record.Text(Tag::kContactKey));
  AppendToken(&body, "service_type", record.Text(Tag::kType));
  AppendToken(&body, "est_duration", record.Text(Tag::kEstDuration));
  AppendTime(&body, "timestamp", record.Integer(Tag::kStarted));
  AppendTime(&body, "expiration_time", record.Integer(Tag::kExpires));
  AppendNumber(&body, "auto_complete_after", record.Integer(Tag::kAutoCompleteAfter));
  AppendCommon(&body, record, 0);
  AppendText(&body, kMark, service.id);
  AppendExtensions(&body, record, {true, {}});
  Separate(out);
  *out += '{';
  AppendText(out, "service_id", service.id);
  AppendBody(out, "start", body);
  AppendParts(out, "states", service.states, "state_type");
  AppendParts(out, "tasks", service.tasks, "task_type");
  AppendEnd(out, record);
  *out += '}';
}

}  // namespace

Answer QueryCalls(Context& context) {
  Record record;
  if (auto failure = LoadOpen(context, &record)) return *failure;
  if (!record.Has(Tag::kEnvelope)) return Conflict("association_id: it is not in the outbox");
  Envelope envelope;
  if (auto failure = ReadEnvelope(record.Text(Tag::kEnvelope), &envelope)) return *failure;
  Response response = Json(200, "[");
  for (const std::string_view text : Elements(envelope.services)) {
    ImportedService service;
    if (auto failure = ReadService(text, {}, &service)) return *failure;
    AppendCalls(&response.body, service, envelope.customer);
  }
  response.body += ']';
  return response;
}

Answer RecordProgress(Context& context) {
  Record record;
  if (auto failure = LoadOpen(context, &record)) return *failure;
  Members members;
  if (auto failure = ParseObject(context.request.body, "body", &members)) return *failure;
  if (!record.Has(Tag::kOrder)) return Conflict("association_id: it is not in the outbox");
  record.Set(Tag::kProgress, context.request.body);
  context.Put(Op::kPutAssociation, context.arguments[0], 0, record);
  return Empty(204);
}

}  // namespace anon
