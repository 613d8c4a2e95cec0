// Reads the wire form of a whole service back into records: the mirror of model/render.cc.
#include <utility>

#include "association/association.h"
#include "model/json.h"
#include "model/keys.h"
#include "model/order.h"

namespace anon {
namespace {

struct Part {
  int64_t index = -1;
  Record record;
};

std::string IdOf(std::string_view value) {
  if (auto text = AsString(value)) return std::move(*text);
  return AsInteger(value) ? std::string(value) : std::string();
}

// `started` and `completed`.
Failure ReadPoint(EventKind kind, Resource resource, const Member& member, const ValueLists& lists,
                  Record* record) {
  if (!IsObject(member.value)) return Invalid(member.name, ": an object is expected");
  Event event;
  if (auto failure = ReadEvent(kind, Members(member.value).list(), lists, &event, resource)) return failure;
  if (!event.timestamp) return Invalid(member.name, ": a timestamp is needed");
  if (event.fields.Has(Tag::kExtension)) {
    return Invalid(member.name, ": only the common fields are accepted");
  }
  if (kind == EventKind::kEndedRecorded) {
    RecordEnd(event, *event.timestamp, record);
  } else {
    record->Merge(event.fields.ToRecord());
    record->SetInteger(Tag::kStarted, *event.timestamp);
  }
  return std::nullopt;
}

// The members that services, states and tasks share. `start` reads what is left as a start event: own fields,
// and extensions.
Failure ReadShared(EventKind start, Resource resource, const std::vector<Member>& members,
                   const ValueLists& lists, Record* record, Event* event) {
  std::vector<Member> rest;
  for (const Member& member : members) {
    if (member.name == "started" || member.name == "completed") {
      const EventKind kind =
          member.name == "started" ? EventKind::kStartedRecorded : EventKind::kEndedRecorded;
      if (auto failure = ReadPoint(kind, resource, member, lists, record)) return failure;
    } else if (member.name != "disposition") {  // stands inside `completed` too
      rest.push_back(member);
    }
  }
  if (!record->Has(Tag::kStarted)) return Invalid("started: an object is needed");
  if (auto failure = ReadEvent(start, rest, lists, event)) return failure;
  record->Merge(event->fields.ToRecord());
  return std::nullopt;
}

Failure ReadPart(Resource kind, std::string_view text, const ValueLists& lists, Part* part) {
  if (!IsObject(text)) return Invalid(Name(kind), "s: objects are expected");
  const Members members(text);
  for (const Member& member : members) {
    if (member.name == IdField(kind)) part->index = AsInteger(member.value).value_or(-1);
  }
  Event event;
  const EventKind start = kind == Resource::kState ? EventKind::kStateStart : EventKind::kTaskStart;
  if (auto failure = ReadShared(start, kind, members.list(), lists, &part->record, &event)) return failure;
  if (event.previous_state_id) {
    part->record.SetInteger(Tag::kPreviousStateId, *event.previous_state_id);
  }
  if (kind == Resource::kTask && event.state_id) {
    part->record.SetInteger(Tag::kStateId, *event.state_id);
  }
  return std::nullopt;
}

Failure ReadParts(Resource kind, std::string_view list, const ValueLists& lists, std::vector<Part>* parts) {
  if (!IsArray(list)) return Invalid(Name(kind), "s: a list is expected");
  for (const std::string_view text : Elements(list)) {
    if (auto failure = ReadPart(kind, text, lists, &parts->emplace_back())) return failure;
  }
  return std::nullopt;
}

// Ids count from 0 without a gap, and what they refer to exists.
Failure PlaceParts(Resource kind, std::vector<Part> parts, size_t states, std::vector<Record>* out) {
  if (parts.size() > kMaxParts) {
    return TooLarge(Name(kind), "s: a service has at most 1000");
  }
  std::vector<int64_t> ids;
  for (const Part& part : parts) ids.push_back(part.index);
  const Tag refers = kind == Resource::kState ? Tag::kPreviousStateId : Tag::kStateId;
  for (const uint32_t i : OrderedBy(ids)) {
    const auto state = parts[i].record.Integer(refers);
    if (ids[i] != static_cast<int64_t>(out->size()) || (state && *state >= static_cast<int64_t>(states))) {
      return Invalid(IdField(kind), ": ids count from 0 and refer to what is there");
    }
    out->push_back(std::move(parts[i].record));
  }
  return std::nullopt;
}

}  // namespace

Failure ReadService(std::string_view text, const ValueLists& lists, ImportedService* out) {
  if (!IsObject(text)) return Invalid("services: objects are expected");
  std::vector<Member> own;
  std::vector<Part> states;
  std::vector<Part> tasks;
  const Members members(text);
  for (const Member& member : members) {
    if (member.name == "active_states" || member.name == "completed_states") {
      if (auto failure = ReadParts(Resource::kState, member.value, lists, &states)) return failure;
    } else if (member.name == "active_tasks" || member.name == "completed_tasks") {
      if (auto failure = ReadParts(Resource::kTask, member.value, lists, &tasks)) return failure;
    } else if (member.name == "service_id") {
      out->id = IdOf(member.value);
    } else {
      own.push_back(member);
    }
  }
  if (auto failure = CheckKey("service_id", out->id)) return failure;
  Event event;
  if (auto failure =
          ReadShared(EventKind::kServiceStart, Resource::kService, own, lists, &out->record, &event)) {
    return failure;
  }
  if (event.ttl) return Invalid("ttl: a recorded service has an expiration_time");
  if (event.expiration_time) out->record.SetInteger(Tag::kExpires, *event.expiration_time);
  const size_t count = states.size();
  if (auto failure = PlaceParts(Resource::kState, std::move(states), count, &out->states)) {
    return failure;
  }
  return PlaceParts(Resource::kTask, std::move(tasks), count, &out->tasks);
}

}  // namespace anon
