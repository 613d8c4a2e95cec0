// Composite start: services with a state and a task each, found or created, all or nothing (contract section
// 5).
#include "model/json.h"
#include "rest/operations.h"
#include "rest/parts.h"

namespace anon {
namespace {

struct Item {
  Event service;
  Event state;
  Event task;
  bool has_service = false;
  bool has_state = false;
  bool has_task = false;
  bool associate = false;
};

Failure ReadItem(std::string_view text, const ValueLists& lists, Item* item) {
  if (!IsObject(text)) return Invalid("services: a list of objects is expected");
  for (const Member& member : Members(text)) {
    if (member.name == "associate_state_task") {
      const auto flag = AsBool(member.value);
      if (!flag) return Invalid("associate_state_task: true or false is expected");
      item->associate = *flag;
      continue;
    }
    Event* event = nullptr;
    EventKind kind{};
    if (member.name == "service") {
      event = &item->service, kind = EventKind::kServiceStart, item->has_service = true;
    } else if (member.name == "state") {
      event = &item->state, kind = EventKind::kStateStart, item->has_state = true;
    } else if (member.name == "task") {
      event = &item->task, kind = EventKind::kTaskStart, item->has_task = true;
    } else {
      return Invalid("services: an item has service, state, task and associate_state_task only");
    }
    if (!IsObject(member.value)) return Invalid(member.name, ": an object is expected");
    if (auto failure = ReadEvent(kind, Members(member.value).list(), lists, event)) return failure;
  }
  if (!item->has_service) return Invalid("service: every item needs one");
  const RecordBuilder& fields = item->service.fields;
  if (!fields.Has(Tag::kCustomerId) && !fields.Has(Tag::kContactKey)) {
    return Invalid("customer_id, contact_key: a service start needs one of the two");
  }
  if (item->associate && !(item->has_state && item->has_task)) {
    return Invalid("associate_state_task: the item needs a state and a task");
  }
  return std::nullopt;
}

// The oldest active service with the same customer, type and contact key; an identified service is matched
// with the key it keeps.
const Service* FindMatching(const Context& context, const RecordBuilder& fields) {
  const Tenant* tenant = context.tenant();
  if (tenant == nullptr) return nullptr;
  const bool identified = fields.Has(Tag::kCustomerId);
  const Index& index = identified ? tenant->by_customer : tenant->by_key;
  for (const Service* service : index.Find(fields.Text(identified ? Tag::kCustomerId : Tag::kContactKey))) {
    if (service->active && context.InReach(*service) &&
        service->contact_key() == fields.Text(Tag::kContactKey) &&
        PeekText(service->record, Tag::kType) == fields.Text(Tag::kType)) {
      return service;
    }
  }
  return nullptr;
}

std::optional<uint32_t> FindActivePart(const Service& service, Resource kind, std::string_view type) {
  const auto& parts = PartsOf(service, kind);
  for (uint32_t i = 0; i < parts.size(); ++i) {
    if (!PeekInteger(parts[i], Tag::kCompleted) && PeekText(parts[i], Tag::kType) == type) return i;
  }
  return std::nullopt;
}

Failure FindOrAdd(Context& context, const Service& service, Resource kind, Event event, std::string* out,
                  uint32_t* index) {
  const auto found = FindActivePart(service, kind, event.fields.Text(Tag::kType));
  if (found) {
    *index = *found;
  } else if (auto failure = AddPart(context, service, kind, std::move(event), index)) {
    return failure;
  }
  AppendNumber(out, IdField(kind), *index);
  AppendToken(out, Joined(Name(kind), "_created"), found ? "false" : "true");
  return std::nullopt;
}

// Where the last of what an item made is found: AddLocation's arguments.
struct Location {
  std::string id;
  std::string part;
};

Failure RunItem(Context& context, Item item, bool create_new, std::string* out, Location* location) {
  const Service* service = create_new ? nullptr : FindMatching(context, item.service.fields);
  const bool created = service == nullptr;
  if (created) {
    const RecordBuilder& fields = item.service.fields;
    const std::string_view key = fields.Text(Tag::kContactKey);
    const std::string id = context.NewServiceId(key.empty() ? fields.Text(Tag::kCustomerId) : key);
    context.Put(Op::kPutService, id, 0, NewService(context, std::move(item.service)));
    service = context.FindService(id);
    if (service == nullptr) return ServiceNotFound(id);
  }
  Separate(out);
  *out += '{';
  AppendText(out, "service_id", service->id());
  AppendToken(out, "service_created", created ? "true" : "false");
  *location = {std::string(service->id()), {}};
  uint32_t state = 0;
  if (item.has_state) {
    if (auto failure = FindOrAdd(context, *service, Resource::kState, std::move(item.state), out, &state)) {
      return failure;
    }
  }
  if (item.has_task) {
    uint32_t task = 0;
    if (item.associate) item.task.state_id = state;
    if (auto failure = FindOrAdd(context, *service, Resource::kTask, std::move(item.task), out, &task)) {
      return failure;
    }
    location->part = "/tasks/" + std::to_string(task);
  } else if (item.has_state) {
    location->part = "/states/" + std::to_string(state);
  }
  *out += '}';
  return std::nullopt;
}

}  // namespace

Answer StartComposite(Context& context) {
  Members members;
  if (auto failure = ParseObject(context.request.body, "body", &members)) return *failure;
  std::vector<Item> items;
  bool create_new = false;
  for (const Member& member : members) {
    if (member.name == "create_new_services") {
      const auto flag = AsBool(member.value);
      if (!flag) return Invalid("create_new_services: true or false is expected");
      create_new = *flag;
    } else if (member.name == "services" && IsArray(member.value)) {
      for (const std::string_view text : Elements(member.value)) {
        if (auto failure = ReadItem(text, context.options.lists, &items.emplace_back())) {
          return *failure;
        }
      }
    } else {
      return Invalid("body: services, a list, and create_new_services are accepted");
    }
  }
  if (items.empty()) return Invalid("services: a list of at least one item is expected");
  Response response = Json(200, "[");
  Location location;
  for (Item& item : items) {
    if (auto failure = RunItem(context, std::move(item), create_new, &response.body, &location)) {
      return *failure;
    }
  }
  response.body += ']';
  AddLocation(context, location.id, location.part, &response);
  return response;
}

}  // namespace anon
