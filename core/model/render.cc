#include "model/render.h"

#include "model/json.h"
#include "model/text.h"

namespace anon {
namespace {

constexpr const char* kCommonNames[] = {"session_id",     "interaction_id", "application_type",
                                        "application_id", "resource_type",  "resource_id",
                                        "media_type"};

Tag CommonTag(size_t index, uint8_t offset) {
  return static_cast<Tag>(static_cast<uint8_t>(Tag::kSessionId) + offset + index);
}

void OpenPoint(std::string* out, const char* name, const Record& record, Tag at, uint8_t offset) {
  AppendToken(out, name, "{");
  AppendTime(out, "timestamp", record.Integer(at).value_or(0));
  for (size_t i = 0; i < std::size(kCommonNames); ++i) {
    AppendToken(out, kCommonNames[i], record.Text(CommonTag(i, offset)));
  }
}

// started, completed and disposition: the same for all three resources.
void AppendPoints(std::string* out, const Record& record) {
  OpenPoint(out, "started", record, Tag::kStarted, 0);
  *out += '}';
  if (!record.Has(Tag::kCompleted)) return;
  OpenPoint(out, "completed", record, Tag::kCompleted, kEndOffset);
  AppendToken(out, "disposition", record.Text(Tag::kDisposition));
  AppendToken(out, "disposition_desc", record.Text(Tag::kDispositionDesc));
  *out += '}';
  AppendToken(out, "disposition", record.Text(Tag::kDisposition));
}

void OpenPart(std::string* out, std::string_view service_id, const char* id_name, int64_t id) {
  *out += '{';
  AppendText(out, "service_id", service_id);
  AppendNumber(out, id_name, id);
}

}  // namespace

void OpenService(std::string* out, std::string_view service_id, const Record& record, const View& view) {
  *out += '{';
  AppendText(out, "service_id", service_id);
  AppendToken(out, "service_type", record.Text(Tag::kType));
  AppendText(out, "customer_id", record.Text(Tag::kCustomerId));
  AppendText(out, "contact_key", record.Text(Tag::kContactKey));
  AppendToken(out, "est_duration", record.Text(Tag::kEstDuration));
  AppendPoints(out, record);
  if (view.lifetime) {
    AppendTime(out, "expiration_time", record.Integer(Tag::kExpires));
    AppendNumber(out, "auto_complete_after", record.Integer(Tag::kAutoCompleteAfter));
  }
}

void AppendState(std::string* out, std::string_view service_id, int64_t state_id, const Record& record,
                 const ExtensionChoice& extensions) {
  OpenPart(out, service_id, "state_id", state_id);
  AppendToken(out, "state_type", record.Text(Tag::kType));
  AppendNumber(out, "previous_state_id", record.Integer(Tag::kPreviousStateId));
  AppendToken(out, "est_duration", record.Text(Tag::kEstDuration));
  AppendPoints(out, record);
  AppendExtensions(out, record, extensions);
  *out += '}';
}

void AppendTask(std::string* out, std::string_view service_id, int64_t task_id, const Record& record,
                const ExtensionChoice& extensions) {
  OpenPart(out, service_id, "task_id", task_id);
  AppendToken(out, "task_type", record.Text(Tag::kType));
  AppendNumber(out, "state_id", record.Integer(Tag::kStateId));
  AppendToken(out, "est_duration", record.Text(Tag::kEstDuration));
  AppendPoints(out, record);
  AppendExtensions(out, record, extensions);
  *out += '}';
}

void AppendExtensions(std::string* out, const Record& record, const ExtensionChoice& choice) {
  for (const Extension& extension : record.extensions()) {
    if (!choice.Shows(extension.name)) continue;
    Separate(out);
    AppendQuoted(out, extension.name);
    Append(out, ":", extension.value);
  }
}

}  // namespace anon
