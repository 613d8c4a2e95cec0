// States and tasks: the parts of a service (contract section 5). They differ in a few fields, so each
// operation is written once over what differs.
#include "rest/parts.h"

#include "model/json.h"
#include "model/order.h"
#include "rest/operations.h"
#include "rest/parameters.h"

namespace anon {

const std::vector<Text>& PartsOf(const Service& service, Resource kind) {
  return kind == Resource::kState ? service.states() : service.tasks();
}

Failure FindPart(const Context& context, Resource kind, const Service** service, uint32_t* index) {
  const std::string& id = context.arguments[0];
  *service = context.FindService(id);
  if (*service == nullptr) return ServiceNotFound(id);
  const auto number = ParseIndex(context.arguments[1]);
  if (!number) {
    return Invalid(IdField(kind), ": an integer from 0 to 2147483647 is expected");
  }
  if (*number >= PartsOf(**service, kind).size()) {
    return NotFound(Name(kind), std::to_string(*number));
  }
  *index = *number;
  return std::nullopt;
}

void PutPart(Context& context, const Service& service, Resource kind, uint32_t index,
             std::string_view record) {
  const std::string id(service.id());
  context.Put(kind == Resource::kState ? Op::kPutState : Op::kPutTask, id, index, record);
  context.TouchService(service);
}

Failure AddPart(Context& context, const Service& service, Resource kind, Event event, uint32_t* index) {
  const auto& parts = PartsOf(service, kind);
  if (parts.size() >= kMaxParts) {
    return TooLarge(Name(kind), "s: a service has at most 1000");
  }
  RecordBuilder& record = event.fields;
  const auto state = kind == Resource::kState ? event.previous_state_id : event.state_id;
  if (state) {
    const char* field = kind == Resource::kState ? "previous_state_id" : "state_id";
    if (*state >= static_cast<int64_t>(service.states().size())) {
      return Invalid(field, ": the service has no state of this id");
    }
    record.SetInteger(kind == Resource::kState ? Tag::kPreviousStateId : Tag::kStateId, *state);
  }
  record.SetInteger(Tag::kStarted, event.timestamp.value_or(context.now()));
  *index = static_cast<uint32_t>(parts.size());
  PutPart(context, service, kind, *index, record.Take());
  return std::nullopt;
}

namespace {

Response PartStarted(const Context& context, const Service& service, Resource kind, uint32_t index) {
  const std::string number = std::to_string(index);
  Response response = Json(201, Joined("{\"", IdField(kind), "\":", number, "}"));
  AddLocation(context, service.id(), Joined("/", Name(kind), "s/", number), &response);
  return response;
}

Answer StartPart(Context& context, Resource kind) {
  Event event;
  const EventKind event_kind = kind == Resource::kState ? EventKind::kStateStart : EventKind::kTaskStart;
  if (auto failure = ParseEvent(event_kind, context.request.body, context.options.lists, &event)) {
    return *failure;
  }
  const Service* service = context.FindService(context.arguments[0]);
  if (service == nullptr) return ServiceNotFound(context.arguments[0]);
  uint32_t index = 0;
  if (auto failure = AddPart(context, *service, kind, std::move(event), &index)) return *failure;
  return PartStarted(context, *service, kind, index);
}

Answer CompletePart(Context& context, Resource kind) {
  Event event;
  const EventKind event_kind = kind == Resource::kState ? EventKind::kStateEnd : EventKind::kTaskEnd;
  if (auto failure = ParseEvent(event_kind, context.request.body, context.options.lists, &event)) {
    return *failure;
  }
  const Service* service = nullptr;
  uint32_t index = 0;
  if (auto failure = FindPart(context, kind, &service, &index)) return *failure;
  Record record;
  if (!record.Decode(PartsOf(*service, kind)[index])) return NotFound(Name(kind), "damaged");
  const std::string digest = EventDigest(event);
  if (record.Has(Tag::kCompleted)) {
    if (record.Text(Tag::kEndDigest) == digest) return Empty(204);
    return Conflict(Name(kind), ": already completed, with another end event");
  }
  RecordEnd(event, event.timestamp.value_or(context.now()), &record);
  record.Set(Tag::kEndDigest, digest);
  PutPart(context, *service, kind, index, record.Encode());
  return Empty(204);
}

void AppendPart(std::string* out, const Service& service, Resource kind, uint32_t index, const Record& record,
                const View& view) {
  if (kind == Resource::kState) {
    AppendState(out, service.id(), index, record, view.state);
  } else {
    AppendTask(out, service.id(), index, record, view.task);
  }
}

Answer QueryParts(Context& context, Resource kind) {
  const Request& request = context.request;
  const bool states = kind == Resource::kState;
  if (auto failure = states ? OnlyParameters(request, "extensions, state_types")
                            : OnlyParameters(request, "extensions, task_types, state_id")) {
    return *failure;
  }
  View view;
  if (auto failure = ReadView(request, kind, &view)) return *failure;
  const TypeFilter types = ReadTypes(request, states ? "state_types" : "task_types");
  int64_t state_id = -1;
  if (auto failure = ReadNumber(request, "state_id", 0, INT32_MAX, &state_id)) return *failure;
  const Service* service = context.FindService(context.arguments[0]);
  if (service == nullptr) return ServiceNotFound(context.arguments[0]);

  std::vector<int64_t> started;
  std::vector<uint32_t> shown;
  const auto& parts = PartsOf(*service, kind);
  for (uint32_t i = 0; i < parts.size(); ++i) {
    const bool active = !PeekInteger(parts[i], Tag::kCompleted);
    if (!Fits(StatusOf(request), active) || !types.Fits(PeekText(parts[i], Tag::kType)) ||
        (state_id >= 0 && PeekInteger(parts[i], Tag::kStateId) != state_id)) {
      continue;
    }
    started.push_back(PeekInteger(parts[i], Tag::kStarted).value_or(0));
    shown.push_back(i);
  }
  Response response = Json(200, "[");
  for (const uint32_t one : OrderedBy(started)) {
    Record record;
    if (!record.Decode(parts[shown[one]])) continue;
    Separate(&response.body);
    AppendPart(&response.body, *service, kind, shown[one], record, view);
  }
  response.body += ']';
  return response;
}

Answer QueryPart(Context& context, Resource kind) {
  if (auto failure = OnlyParameters(context.request, "extensions")) return *failure;
  View view;
  if (auto failure = ReadView(context.request, kind, &view)) return *failure;
  const Service* service = nullptr;
  uint32_t index = 0;
  if (auto failure = FindPart(context, kind, &service, &index)) return *failure;
  Record record;
  if (!record.Decode(PartsOf(*service, kind)[index])) return NotFound(Name(kind), "damaged");
  Response response = Json(200, {});
  AppendPart(&response.body, *service, kind, index, record, view);
  return response;
}

}  // namespace

Answer StartState(Context& context) { return StartPart(context, Resource::kState); }
Answer StartTask(Context& context) { return StartPart(context, Resource::kTask); }
Answer CompleteState(Context& context) { return CompletePart(context, Resource::kState); }
Answer CompleteTask(Context& context) { return CompletePart(context, Resource::kTask); }
Answer QueryStates(Context& context) { return QueryParts(context, Resource::kState); }
Answer QueryTasks(Context& context) { return QueryParts(context, Resource::kTask); }
Answer QueryState(Context& context) { return QueryPart(context, Resource::kState); }
Answer QueryTask(Context& context) { return QueryPart(context, Resource::kTask); }

Answer TransitionState(Context& context) {
  Event both;
  const ValueLists& lists = context.options.lists;
  if (auto failure = ParseEvent(EventKind::kTransition, context.request.body, lists, &both)) {
    return *failure;
  }
  Event from = {both.fields, both.timestamp, {}, {}, {}, {}, {}};
  Event to = from;
  bool has_from = false;
  bool has_to = false;
  for (const Member& part : both.parts) {
    const bool is_from = part.name == "from";
    (is_from ? has_from : has_to) = true;
    Event* event = is_from ? &from : &to;
    const EventKind kind = is_from ? EventKind::kTransitionFrom : EventKind::kTransitionTo;
    if (auto failure = ReadEvent(kind, Members(part.value).list(), lists, event)) return *failure;
  }
  if (!has_from || !has_to || !from.state_id) {
    return Invalid("from, to: both are needed, and from.state_id names the state to leave");
  }
  const Service* service = context.FindService(context.arguments[0]);
  if (service == nullptr) return ServiceNotFound(context.arguments[0]);
  if (*from.state_id >= static_cast<int64_t>(service->states().size())) {
    return NotFound("state", std::to_string(*from.state_id));
  }
  const auto left = static_cast<uint32_t>(*from.state_id);
  Record record;
  if (!record.Decode(service->states()[left])) return NotFound("state", "damaged");
  if (record.Has(Tag::kCompleted)) {
    return Conflict("from.state_id: this state is already completed");
  }
  RecordEnd(from, from.timestamp.value_or(context.now()), &record);
  record.Set(Tag::kEndDigest, EventDigest(from));
  context.Put(Op::kPutState, service->id(), left, record);
  to.previous_state_id = left;
  uint32_t index = 0;
  if (auto failure = AddPart(context, *service, Resource::kState, std::move(to), &index)) {
    return *failure;
  }
  return PartStarted(context, *service, Resource::kState, index);
}

}  // namespace anon
