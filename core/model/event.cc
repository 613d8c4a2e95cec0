#include "model/event.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/sha256.h"
#include "model/instant.h"

namespace anon {
namespace {

enum class Kind : uint8_t {
  kText,      ///< string of at most `most` characters
  kWord,      ///< string or integer
  kSeconds,   ///< integer, not negative
  kInstant,   ///< ISO 8601 text
  kIndex,     ///< id of a state or task: integer from 0 to 2^31 - 1
  kKey,       ///< contact key
  kCustomer,  ///< customer id
  kPart,      ///< object, left to the caller
};

using Mask = uint16_t;

constexpr Mask Bit(EventKind kind) { return static_cast<Mask>(1U << static_cast<unsigned>(kind)); }

constexpr Mask kServiceStarts = Bit(EventKind::kServiceStart) | Bit(EventKind::kAssociate);
constexpr Mask kStateStarts = Bit(EventKind::kStateStart) | Bit(EventKind::kTransitionTo);
constexpr Mask kStateEnds = Bit(EventKind::kStateEnd) | Bit(EventKind::kTransitionFrom);
constexpr Mask kStarts = kServiceStarts | kStateStarts | Bit(EventKind::kTaskStart);
constexpr Mask kEnds =
    Bit(EventKind::kServiceEnd) | kStateEnds | Bit(EventKind::kTaskEnd) | Bit(EventKind::kEndedRecorded);
constexpr Mask kAny = 0xFFFF;

struct FieldSpec {
  const char* name;
  Kind kind;
  uint16_t most;
  Tag tag;
  Mask events;
};

constexpr Tag kNoTag{};

constexpr FieldSpec kFields[] = {
    {"session_id", Kind::kText, 32, Tag::kSessionId, kAny},
    {"interaction_id", Kind::kText, 50, Tag::kInteractionId, kAny},
    {"application_type", Kind::kWord, 0, Tag::kApplicationType, kAny},
    {"application_id", Kind::kWord, 0, Tag::kApplicationId, kAny},
    {"resource_type", Kind::kWord, 0, Tag::kResourceType, kAny},
    {"resource_id", Kind::kWord, 0, Tag::kResourceId, kAny},
    {"media_type", Kind::kWord, 0, Tag::kMediaType, kAny},
    {"timestamp", Kind::kInstant, 0, kNoTag, kAny},
    {"customer_id", Kind::kCustomer, 0, Tag::kCustomerId, kServiceStarts},
    {"contact_key", Kind::kKey, 0, Tag::kContactKey, kServiceStarts},
    {"service_type", Kind::kWord, 0, Tag::kType, kServiceStarts},
    {"state_type", Kind::kWord, 0, Tag::kType, kStateStarts},
    {"task_type", Kind::kWord, 0, Tag::kType, Bit(EventKind::kTaskStart)},
    {"est_duration", Kind::kSeconds, 0, Tag::kEstDuration, kStarts},
    {"ttl", Kind::kSeconds, 0, kNoTag, static_cast<Mask>(kServiceStarts | Bit(EventKind::kServiceEnd))},
    {"expiration_time", Kind::kInstant, 0, kNoTag,
     static_cast<Mask>(kServiceStarts | Bit(EventKind::kServiceEnd))},
    {"auto_complete_after", Kind::kSeconds, 0, Tag::kAutoCompleteAfter, kServiceStarts},
    {"previous_state_id", Kind::kIndex, 0, kNoTag, kStateStarts},
    {"state_id", Kind::kIndex, 0, kNoTag,
     static_cast<Mask>(Bit(EventKind::kTaskStart) | Bit(EventKind::kTransitionFrom))},
    {"disposition", Kind::kWord, 0, Tag::kDisposition, kEnds},
    {"disposition_desc", Kind::kText, 64, Tag::kDispositionDesc, kEnds},
    {"from", Kind::kPart, 0, kNoTag, Bit(EventKind::kTransition)},
    {"to", Kind::kPart, 0, kNoTag, Bit(EventKind::kTransition)},
};

// Names that a resource's JSON uses itself; an extension of that name would appear twice.
constexpr std::array<std::string_view, 17> kServiceNames = {
    "service_id",       "service_type",  "customer_id",      "contact_key",
    "est_duration",     "started",       "completed",        "disposition",
    "disposition_desc", "active_states", "completed_states", "active_tasks",
    "completed_tasks",  "ttl",           "expiration_time",  "auto_complete_after",
    "idempotency_key"};
constexpr std::array<std::string_view, 11> kStateNames = {
    "service_id",       "state_id", "state_type", "previous_state_id",
    "est_duration",     "started",  "completed",  "disposition",
    "disposition_desc", "from",     "to"};
constexpr std::array<std::string_view, 9> kTaskNames = {"service_id", "task_id",      "task_type",
                                                        "state_id",   "est_duration", "started",
                                                        "completed",  "disposition",  "disposition_desc"};
constexpr std::array<std::string_view, 3> kPrototypeNames = {"__proto__", "constructor", "prototype"};

struct KindInfo {
  const char* name;
  Resource resource;
  const char* ids[2];  ///< ignored when sent: the path, not the body, names the resource
};

// In the order of EventKind.
constexpr KindInfo kKinds[] = {
    {"service start", Resource::kService, {"service_id", nullptr}},
    {"service end", Resource::kService, {"service_id", nullptr}},
    {"state start", Resource::kState, {"service_id", "state_id"}},
    {"state end", Resource::kState, {"service_id", "state_id"}},
    {"task start", Resource::kTask, {"service_id", "task_id"}},
    {"task end", Resource::kTask, {"service_id", "task_id"}},
    {"association", Resource::kService, {"service_id", nullptr}},
    {"state transition", Resource::kState, {"service_id", nullptr}},
    {"from", Resource::kState, {"service_id", nullptr}},
    {"to", Resource::kState, {"service_id", "state_id"}},
    {"started", Resource::kService, {nullptr, nullptr}},
    {"completed", Resource::kService, {nullptr, nullptr}},
};

const KindInfo& InfoOf(EventKind kind) { return kKinds[static_cast<size_t>(kind)]; }

template <size_t N>
bool Contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

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

Error WrongType(const FieldSpec& spec) {
  return Invalid(std::string(spec.name) + ": " + Accepted(spec.kind) + " is expected");
}

// The list that configures a field of a resource, by "Service.media_type"; a value outside it is refused and
// the valid ones are named.
Failure CheckList(Resource resource, const FieldSpec& spec, std::string_view text, const ValueLists& lists) {
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
  return Invalid(std::string(spec.name) + ": not one of the configured values: " + valid);
}

Failure ReadField(const FieldSpec& spec, Resource resource, std::string_view raw, const ValueLists& lists,
                  Event* out) {
  switch (spec.kind) {
    case Kind::kText: {
      const auto text = AsString(raw);
      if (!text) return WrongType(spec);
      if (CodePoints(*text) > spec.most) {
        return Invalid(std::string(spec.name) + ": at most " + std::to_string(spec.most) +
                       " characters are accepted");
      }
      out->fields.Set(spec.tag, Quoted(*text));
      return std::nullopt;
    }
    case Kind::kWord: {
      std::string token;
      std::string text;
      if (auto string = AsString(raw)) {
        text = std::move(*string);
        token = Quoted(text);
      } else if (auto number = AsInteger(raw)) {
        text = token = std::to_string(*number);
      } else {
        return WrongType(spec);
      }
      if (auto failure = CheckList(resource, spec, text, lists)) return failure;
      out->fields.Set(spec.tag, token);
      return std::nullopt;
    }
    case Kind::kSeconds: {
      const auto seconds = AsInteger(raw);
      if (!seconds || *seconds < 0 || *seconds > (int64_t{1} << 53)) return WrongType(spec);
      if (spec.tag == Tag::kEstDuration) {
        out->fields.Set(spec.tag, std::to_string(*seconds));
      } else if (spec.tag == Tag::kAutoCompleteAfter) {
        out->fields.SetInteger(spec.tag, *seconds);
      } else {
        out->ttl = *seconds;
      }
      return std::nullopt;
    }
    case Kind::kInstant: {
      const auto text = AsString(raw);
      const auto at = text ? ParseInstant(*text) : std::nullopt;
      if (!at) return WrongType(spec);
      (std::string_view(spec.name) == "timestamp" ? out->timestamp : out->expiration_time) = *at;
      return std::nullopt;
    }
    case Kind::kIndex: {
      const auto index = AsInteger(raw);
      if (!index || *index < 0 || *index > std::numeric_limits<int32_t>::max()) {
        return WrongType(spec);
      }
      (std::string_view(spec.name) == "state_id" ? out->state_id : out->previous_state_id) = *index;
      return std::nullopt;
    }
    case Kind::kKey:
    case Kind::kCustomer: {
      const auto text = AsString(raw);
      if (!text) return WrongType(spec);
      if (auto failure = spec.kind == Kind::kKey ? CheckKey(spec.name, *text) : CheckCustomerId(*text)) {
        return failure;
      }
      out->fields.Set(spec.tag, *text);
      return std::nullopt;
    }
    case Kind::kPart:
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
  if (!body.empty()) {
    if (auto failure = ParseObject(body, "body", &members)) return failure;
  }
  return ReadEvent(kind, members.list(), lists, out);
}

Failure ReadEvent(EventKind kind, const std::vector<Member>& members, const ValueLists& lists, Event* out,
                  std::optional<Resource> resource) {
  const KindInfo& info = InfoOf(kind);
  for (const Member& member : members) {
    const auto* spec = std::find_if(std::begin(kFields), std::end(kFields), [&](const FieldSpec& field) {
      return (field.events & Bit(kind)) != 0 && member.name == field.name;
    });
    if (spec != std::end(kFields)) {
      if (auto failure = ReadField(*spec, resource.value_or(info.resource), member.value, lists, out))
        return failure;
      continue;
    }
    const bool ignored = std::any_of(std::begin(info.ids), std::end(info.ids),
                                     [&](const char* id) { return id != nullptr && member.name == id; });
    if (ignored) continue;
    if (auto failure = CheckExtensionName(info.resource, member.name)) {
      return Invalid(failure->message + " (in a " + info.name + " event)");
    }
    if (out->fields.extensions().empty() || kind == EventKind::kTransitionFrom ||
        kind == EventKind::kTransitionTo) {
      out->fields.SetExtension(member.name, member.value);
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
  for (const Extension& extension : event.fields.extensions()) {
    record->SetExtension(extension.name, extension.value);
  }
}

Failure CheckExtensionName(Resource resource, std::string_view name) {
  if (name.empty() || name.size() > 256) {
    return Invalid("extension name: 1 to 256 bytes are accepted");
  }
  if (Contains(kPrototypeNames, name)) {
    return Invalid(std::string(name) + ": not accepted as an extension name");
  }
  const bool own = resource == Resource::kService ? Contains(kServiceNames, name)
                   : resource == Resource::kState ? Contains(kStateNames, name)
                                                  : Contains(kTaskNames, name);
  const bool common = std::any_of(std::begin(kFields), std::end(kFields), [&](const FieldSpec& field) {
    return field.events == kAny && name == field.name;
  });
  if (own || common) {
    return Invalid(Shortened(name) + ": this name belongs to the " + Name(resource) +
                   " and is not accepted here");
  }
  return std::nullopt;
}

std::string EventDigest(const Event& event) {
  Record seen = event.fields;
  if (event.timestamp) seen.SetInteger(Tag::kStarted, *event.timestamp);
  if (event.ttl) seen.SetInteger(Tag::kUpdated, *event.ttl);
  if (event.expiration_time) seen.SetInteger(Tag::kExpires, *event.expiration_time);
  const auto hash = Sha256(seen.Encode());
  return std::string(hash.begin(), hash.begin() + 16);
}

Failure CheckKey(std::string_view field, std::string_view value) {
  if (value.empty() || value.size() > 256) {
    return Invalid(std::string(field) + ": 1 to 256 bytes are accepted");
  }
  const bool control = std::any_of(value.begin(), value.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  const bool blank = value.find_first_not_of(' ') == std::string_view::npos;
  if (control || blank || !ValidUtf8(value)) {
    return Invalid(std::string(field) + ": UTF-8 text without control characters, not blank, is accepted");
  }
  return std::nullopt;
}

Failure CheckCustomerId(std::string_view value) {
  if (auto failure = CheckKey("customer_id", value)) return failure;
  constexpr std::array<std::string_view, 19> kJunk = {
      "null",      "undefined", "nan",     "none", "nil",   "[object object]",
      "anonymous", "guest",     "unknown", "true", "false", "infinity",
      "-infinity", "0",         "-1",      "{}",   "[]",    "not_authenticated",
      "(null)"};
  std::string word;
  for (const char c : value) {
    word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  word.erase(0, word.find_first_not_of(' '));
  word.erase(word.find_last_not_of(' ') + 1);
  if (Contains(kJunk, word)) {
    return Invalid(
        "customer_id: this is a word that a page sends when it has no id; a real customer id is "
        "expected");
  }
  return std::nullopt;
}

}  // namespace anon
