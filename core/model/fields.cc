#include "model/fields.h"

#include <array>
#include <iterator>

namespace anon {
namespace {

using Kind = Field::Kind;

constexpr uint16_t Events(std::initializer_list<EventKind> kinds) {
  unsigned bits = 0;
  for (const EventKind kind : kinds) bits |= 1U << static_cast<unsigned>(kind);
  return static_cast<uint16_t>(bits);
}

constexpr uint16_t kAny = 0xFFFF;
constexpr uint16_t kNo = 0;
constexpr uint16_t kServiceStarts = Events({EventKind::kServiceStart, EventKind::kAssociate});
constexpr uint16_t kServices = kServiceStarts | Events({EventKind::kServiceEnd});
constexpr uint16_t kStateStarts = Events({EventKind::kStateStart, EventKind::kTransitionTo});
constexpr uint16_t kTaskStarts = Events({EventKind::kTaskStart});
constexpr uint16_t kTransitions = Events({EventKind::kTransition});
constexpr uint16_t kInState = kTaskStarts | Events({EventKind::kTransitionFrom});
constexpr uint16_t kStarts = kServiceStarts | kStateStarts | kTaskStarts;
constexpr uint16_t kEnds = Events({EventKind::kServiceEnd, EventKind::kStateEnd, EventKind::kTransitionFrom,
                                   EventKind::kTaskEnd, EventKind::kEndedRecorded});

constexpr uint8_t kService = 1U << static_cast<unsigned>(Resource::kService);
constexpr uint8_t kState = 1U << static_cast<unsigned>(Resource::kState);
constexpr uint8_t kTask = 1U << static_cast<unsigned>(Resource::kTask);
constexpr uint8_t kAll = kService | kState | kTask;

// By length, so that a name is compared with few.
constexpr Field kFields[] = {
    {"to", kTransitions, kState, Kind::kPart},
    {"ttl", kServices, kService, Kind::kSeconds},
    {"from", kTransitions, kState, Kind::kPart},
    {"started", kNo, kAll},
    {"task_id", kNo, kTask},
    {"state_id", kInState, kState | kTask, Kind::kIndex},
    {"timestamp", kAny, kAll, Kind::kInstant},
    {"task_type", kTaskStarts, kTask, Kind::kWord, Tag::kType},
    {"completed", kNo, kAll},
    {"session_id", kAny, kAll, Kind::kText, Tag::kSessionId, 32},
    {"media_type", kAny, kAll, Kind::kWord, Tag::kMediaType},
    {"state_type", kStateStarts, kState, Kind::kWord, Tag::kType},
    {"service_id", kNo, kAll},
    {"resource_id", kAny, kAll, Kind::kWord, Tag::kResourceId},
    {"customer_id", kServiceStarts, kService, Kind::kCustomer, Tag::kCustomerId},
    {"contact_key", kServiceStarts, kService, Kind::kKey, Tag::kContactKey},
    {"disposition", kEnds, kAll, Kind::kWord, Tag::kDisposition},
    {"service_type", kServiceStarts, kService, Kind::kWord, Tag::kType},
    {"est_duration", kStarts, kAll, Kind::kSeconds, Tag::kEstDuration},
    {"active_tasks", kNo, kService},
    {"resource_type", kAny, kAll, Kind::kWord, Tag::kResourceType},
    {"active_states", kNo, kService},
    {"interaction_id", kAny, kAll, Kind::kText, Tag::kInteractionId, 50},
    {"application_id", kAny, kAll, Kind::kWord, Tag::kApplicationId},
    {"expiration_time", kServices, kService, Kind::kInstant},
    {"completed_tasks", kNo, kService},
    {"idempotency_key", kNo, kService},
    {"application_type", kAny, kAll, Kind::kWord, Tag::kApplicationType},
    {"disposition_desc", kEnds, kAll, Kind::kText, Tag::kDispositionDesc, 64},
    {"completed_states", kNo, kService},
    {"previous_state_id", kStateStarts, kState, Kind::kIndex},
    {"auto_complete_after", kServiceStarts, kService, Kind::kSeconds, Tag::kAutoCompleteAfter},
};

constexpr size_t kLongest = kFields[std::size(kFields) - 1].name.size();

// Where in the table the names of each length begin, and those of the next.
constexpr auto kFirst = [] {
  std::array<uint8_t, kLongest + 2> first{};
  for (size_t length = 0; length < first.size(); ++length) {
    while (first[length] < std::size(kFields) && kFields[first[length]].name.size() < length) ++first[length];
  }
  return first;
}();

}  // namespace

const Field* FindField(std::string_view name) {
  if (name.empty() || name.size() > kLongest) return nullptr;
  for (size_t i = kFirst[name.size()]; i < kFirst[name.size() + 1]; ++i) {
    if (kFields[i].name.back() == name.back() && kFields[i].name == name) return &kFields[i];
  }
  return nullptr;
}

}  // namespace anon
