#include "model/event.h"

#include <algorithm>
#include <limits>

#include "base/sha256.h"
#include "model/fields.h"
#include "model/instant.h"
#include "model/keys.h"

namespace anon {
namespace {

using Kind = Field::Kind;

struct KindInfo {
  const char* name;
  Resource resource;
  std::string_view ids[2];  ///< ignored when sent: the path, not the body, names the resource
};

// In the order of EventKind.
constexpr KindInfo kKinds[] = {
    {"service start", Resource::kService, {"service_id", ""}},
    {"service end", Resource::kService, {"service_id", ""}},
    {"state start", Resource::kState, {"service_id", "state_id"}},
    {"state end", Resource::kState, {"service_id", "state_id"}},
    {"task start", Resource::kTask, {"service_id", "task_id"}},
    {"task end", Resource::kTask, {"service_id", "task_id"}},
    {"association", Resource::kService, {"service_id", ""}},
    {"state transition", Resource::kState, {"service_id", ""}},
    {"from", Resource::kState, {"service_id", ""}},
    {"to", Resource::kState, {"service_id", "state_id"}},
    {"started", Resource::kService, {"", ""}},
    {"completed", Resource::kService, {"", ""}},
};

const KindInfo& InfoOf(EventKind kind) { return kKinds[static_cast<size_t>(kind)]; }

const char* Accepted(Kind kind) {
  // In the order of Kind.
  constexpr const char* kAccepted[] = {"a string",
                                       "a string or an integer",
                                       "a whole number of seconds, 0 or more",
                                       "an ISO 8601 time such as 2026-01-31T10:00:00.000Z",
                                       "an integer from 0 to 2147483647",
                                       "a string of 1 to 256 bytes",
                                       "a string of 1 to 256 bytes",
                                       "an object"};
  return kAccepted[static_cast<size_t>(kind)];
}

Error WrongType(const Field& spec) { return Invalid(spec.name, ": ", Accepted(spec.kind), " is expected"); }

// The list that configures a field of a resource, by "Service.media_type"; a value outside it is refused and
// the valid ones are named.
Failure CheckList(Resource resource, const Field& spec, std::string_view text, const ValueLists& lists) {
  if (lists.empty()) return std::nullopt;
  std::string name = Name(resource);
  name[0] = static_cast<char>(name[0] - 'a' + 'A');
  name += '.';
  name += spec.name;
  const auto list = lists.find(name);
  if (list == lists.end() || list->second.count(std::string(text)) != 0) return std::nullopt;
  std::string valid;
  for (const std::string& value : list->second) {
    if (!valid.empty()) valid += ", ";
    valid += value;
  }
  return Invalid(spec.name, ": not one of the configured values: ", valid);
}

// What is kept of a string or an integer: the token as it is written, unless the same text or number can be
// written otherwise too.
void SetToken(const Field& spec, std::string_view raw, const std::string& decoded, Event* out) {
  if (!decoded.empty()) {
    out->fields.Set(spec.tag, Quoted(decoded));
  } else {
    out->fields.Set(spec.tag, raw == "-0" ? "0" : raw);
  }
}

Failure ReadField(const Field& spec, Resource resource, std::string_view raw, const ValueLists& lists,
                  Event* out) {
  std::string decoded;  // empty where there is nothing to decode
  switch (spec.kind) {
    case Kind::kText: {
      const auto text = AsText(raw, &decoded);
      if (!text) return WrongType(spec);
      if (CodePoints(*text) > spec.most) {
        return Invalid(spec.name, ": at most ", std::to_string(spec.most), " characters are accepted");
      }
      SetToken(spec, raw, decoded, out);
      return std::nullopt;
    }
    case Kind::kWord: {
      auto text = AsText(raw, &decoded);
      if (!text) {
        if (!AsInteger(raw)) return WrongType(spec);
        text = raw == "-0" ? "0" : raw;
      }
      if (auto failure = CheckList(resource, spec, *text, lists)) return failure;
      SetToken(spec, raw, decoded, out);
      return std::nullopt;
    }
    case Kind::kSeconds: {
      const auto seconds = AsInteger(raw);
      if (!seconds || *seconds < 0 || *seconds > (int64_t{1} << 53)) return WrongType(spec);
      if (spec.tag == Tag::kEstDuration) {
        SetToken(spec, raw, decoded, out);
      } else if (spec.tag == Tag::kAutoCompleteAfter) {
        out->fields.SetInteger(spec.tag, *seconds);
      } else {
        out->ttl = *seconds;
      }
      return std::nullopt;
    }
    case Kind::kInstant: {
      const auto text = AsText(raw, &decoded);
      const auto at = text ? ParseInstant(*text) : std::nullopt;
      if (!at) return WrongType(spec);
      (spec.name == "timestamp" ? out->timestamp : out->expiration_time) = *at;
      return std::nullopt;
    }
    case Kind::kIndex: {
      const auto index = AsInteger(raw);
      if (!index || *index < 0 || *index > std::numeric_limits<int32_t>::max()) {
        return WrongType(spec);
      }
      (spec.name == "state_id" ? out->state_id : out->previous_state_id) = *index;
      return std::nullopt;
    }
    case Kind::kKey:
    case Kind::kCustomer: {
      const auto text = AsText(raw, &decoded);
      if (!text) return WrongType(spec);
      if (auto failure = spec.kind == Kind::kKey ? CheckKey(spec.name, *text) : CheckCustomerId(*text)) {
        return failure;
      }
      out->fields.Set(spec.tag, *text);
      return std::nullopt;
    }
    case Kind::kPart:
    case Kind::kNone:
      break;
  }
  if (!IsObject(raw)) return WrongType(spec);
  out->parts.push_back({spec.name, raw});
  return std::nullopt;
}

}  // namespace

const char* Name(Resource resource) {
  constexpr const char* kNames[] = {"service", "state", "task"};
  return kNames[static_cast<size_t>(resource)];
}

const char* IdField(Resource resource) {
  constexpr const char* kNames[] = {"service_id", "state_id", "task_id"};
  return kNames[static_cast<size_t>(resource)];
}

Failure ParseEvent(EventKind kind, std::string_view body, const ValueLists& lists, Event* out) {
  Members members;
  out->fields.Reserve(body.size() + 64);  // and what the operation adds
  if (!body.empty()) {
    if (auto failure = ParseObject(body, "body", &members)) return failure;
  }
  return ReadEvent(kind, members.list(), lists, out);
}

Failure ReadEvent(EventKind kind, const std::vector<Member>& members, const ValueLists& lists, Event* out,
                  std::optional<Resource> resource) {
  const KindInfo& info = InfoOf(kind);
  for (const Member& member : members) {
    const Field* spec = FindField(member.name);
    if (spec != nullptr && spec->IsOf(kind)) {
      if (auto failure = ReadField(*spec, resource.value_or(info.resource), member.value, lists, out))
        return failure;
      continue;
    }
    if (!member.name.empty() && (member.name == info.ids[0] || member.name == info.ids[1])) continue;
    if (auto failure = CheckExtensionName(info.resource, member.name)) {
      return Invalid(failure->message, " (in a ", info.name, " event)");
    }
    if (kind == EventKind::kTransitionFrom || kind == EventKind::kTransitionTo) {
      out->fields.SetExtension(member.name, member.value);  // the transition may have set it for both
    } else {
      out->fields.AddExtension(member.name, member.value);  // names within a body are distinct
    }
  }
  return std::nullopt;
}

void RecordEnd(const Event& event, int64_t at, Record* record) {
  record->SetInteger(Tag::kCompleted, at);
  constexpr auto kFirst = static_cast<uint8_t>(Tag::kSessionId);
  constexpr auto kLast = static_cast<uint8_t>(Tag::kMediaType);
  for (uint8_t tag = kFirst; tag <= kLast; ++tag) {
    if (!event.fields.Has(static_cast<Tag>(tag))) continue;
    record->Set(static_cast<Tag>(tag + kEndOffset), event.fields.Text(static_cast<Tag>(tag)));
  }
  for (const Tag tag : {Tag::kDisposition, Tag::kDispositionDesc}) {
    if (event.fields.Has(tag)) record->Set(tag, event.fields.Text(tag));
  }
  const Record given = event.fields.ToRecord();
  for (const Extension& extension : given.extensions()) {
    record->SetExtension(extension.name, extension.value);
  }
}

Failure CheckExtensionName(Resource resource, std::string_view name) {
  if (name.empty() || name.size() > 256) {
    return Invalid("extension name: 1 to 256 bytes are accepted");
  }
  if (name == "__proto__" || name == "constructor" || name == "prototype") {
    return Invalid(name, ": not accepted as an extension name");
  }
  if (const Field* field = FindField(name); field != nullptr && field->IsOf(resource)) {
    return Invalid(Shortened(name), ": this name belongs to the ", Name(resource),
                   " and is not accepted here");
  }
  return std::nullopt;
}

std::string EventDigest(const Event& event) {
  RecordBuilder seen = event.fields;
  if (event.timestamp) seen.SetInteger(Tag::kStarted, *event.timestamp);
  if (event.ttl) seen.SetInteger(Tag::kUpdated, *event.ttl);
  if (event.expiration_time) seen.SetInteger(Tag::kExpires, *event.expiration_time);
  const auto hash = Sha256(seen.bytes());
  return std::string(hash.begin(), hash.begin() + 16);
}

}  // namespace anon
