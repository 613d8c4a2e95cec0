// An association as the calls of a plain Context Services server: start, states, tasks, end (contract section
// 5). The bodies are made here, so that extensions go out byte for byte as they came.
//
//   calls = [ { service_id, start, states: [ { start, end? } … ], tasks: [ … ], end? } … ]
//
// Each of start and end is a body: JSON text, as a string. A state's or task's place in its list is its id,
// and bodies that refer to a state do so by that id. The start carries the extension AnonymousService, the id
// that the service has here, by which it is found again.
#include "association/association.h"
#include "model/instant.h"
#include "model/json.h"
#include "model/render.h"
#include "rest/operations.h"

namespace anon {
namespace {

constexpr const char* kMark = "AnonymousService";

constexpr const char* kCommonNames[] = {"session_id",     "interaction_id", "application_type",
                                        "application_id", "resource_type",  "resource_id",
                                        "media_type"};

class Body {
 public:
  void Raw(std::string_view name, std::string_view token) {
    if (token.empty()) return;
    if (text_.size() > 1) text_ += ',';
    text_ += Quoted(name) + ":" + std::string(token);
  }
  void Text(std::string_view name, std::string_view text) {
    if (!text.empty()) Raw(name, Quoted(text));
  }
  void Number(std::string_view name, std::optional<int64_t> number) {
    if (number) Raw(name, std::to_string(*number));
  }
  void Time(std::string_view name, std::optional<int64_t> at) {
    if (at) Text(name, FormatInstant(*at));
  }
  void Common(const Record& record, uint8_t offset) {
    for (size_t i = 0; i < std::size(kCommonNames); ++i) {
      Raw(kCommonNames[i], record.Text(static_cast<Tag>(static_cast<uint8_t>(Tag::kSessionId) + offset + i)));
    }
  }
  void Extensions(const Record& record) {
    for (const Extension& extension : record.extensions()) Raw(extension.name, extension.value);
  }
  [[nodiscard]] std::string Finish() const { return Quoted(text_ + '}'); }

 private:
  std::string text_ = "{";
};

std::string End(const Record& record) {
  if (!record.Has(Tag::kCompleted)) return {};
  Body body;
  body.Time("timestamp", record.Integer(Tag::kCompleted));
  body.Common(record, kEndOffset);
  body.Raw("disposition", record.Text(Tag::kDisposition));
  body.Raw("disposition_desc", record.Text(Tag::kDispositionDesc));
  return ",\"end\":" + body.Finish();
}

std::string Part(const Record& record, const char* type) {
  Body body;
  body.Raw(type, record.Text(Tag::kType));
  body.Number("previous_state_id", record.Integer(Tag::kPreviousStateId));
  body.Number("state_id", record.Integer(Tag::kStateId));
  body.Raw("est_duration", record.Text(Tag::kEstDuration));
  body.Time("timestamp", record.Integer(Tag::kStarted));
  body.Common(record, 0);
  body.Extensions(record);
  return "{\"start\":" + body.Finish() + End(record) + "}";
}

std::string Parts(const std::vector<Record>& parts, const char* type) {
  std::string out = "[";
  for (const Record& part : parts) {
    if (out.size() > 1) out += ',';
    out += Part(part, type);
  }
  return out + ']';
}

std::string Calls(const ImportedService& service) {
  const Record& record = service.record;
  Body body;
  body.Text("customer_id", record.Text(Tag::kCustomerId));
  body.Text("contact_key", record.Text(Tag::kContactKey));
  body.Raw("service_type", record.Text(Tag::kType));
  body.Raw("est_duration", record.Text(Tag::kEstDuration));
  body.Time("timestamp", record.Integer(Tag::kStarted));
  body.Time("expiration_time", record.Integer(Tag::kExpires));
  body.Number("auto_complete_after", record.Integer(Tag::kAutoCompleteAfter));
  body.Common(record, 0);
  body.Text(kMark, service.id);
  body.Extensions(record);
  return "{\"service_id\":" + Quoted(service.id) + ",\"start\":" + body.Finish() +
         ",\"states\":" + Parts(service.states, "state_type") +
         ",\"tasks\":" + Parts(service.tasks, "task_type") + End(record) + "}";
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
    if (response.body.size() > 1) response.body += ',';
    response.body += Calls(service);
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
