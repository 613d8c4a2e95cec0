// Events: the bodies that start and end services, states and tasks (contract section 3). One table says which
// field belongs to which event, its type and its limit; everything else in a body is an extension.
#ifndef ANON_MODEL_EVENT_H_
#define ANON_MODEL_EVENT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/json.h"
#include "model/record_builder.h"

namespace anon {

enum class Resource : uint8_t { kService, kState, kTask };

[[nodiscard]] const char* Name(Resource resource);     ///< "service"
[[nodiscard]] const char* IdField(Resource resource);  ///< "service_id"

enum class EventKind : uint8_t {
  kServiceStart,
  kServiceEnd,
  kStateStart,
  kStateEnd,
  kTaskStart,
  kTaskEnd,
  kAssociate,        ///< a service start event whose fields update those recorded
  kTransition,       ///< common fields; `from` and `to` are left in Event::parts
  kTransitionFrom,   ///< a state end event that names its state
  kTransitionTo,     ///< a state start event
  kStartedRecorded,  ///< the `started` object of a resource
  kEndedRecorded,    ///< the `completed` object of a resource
};

/// Lists of values that configured fields accept, by "Service.media_type" and the like.
using ValueLists = std::map<std::string, std::set<std::string>, std::less<>>;

struct Event {
  RecordBuilder fields;                      ///< own and common fields, extensions
  std::optional<int64_t> timestamp;          ///< ms
  std::optional<int64_t> ttl;                ///< seconds
  std::optional<int64_t> expiration_time;    ///< ms
  std::optional<int64_t> state_id;           ///< of a task start or a transition's `from`
  std::optional<int64_t> previous_state_id;  ///< of a state start
  std::vector<Member> parts;                 ///< `from` and `to` of a transition
};

/// Reads `body` (empty counts as {}) as an event. On failure the message names the field and what it accepts.
[[nodiscard]] Failure ParseEvent(EventKind kind, std::string_view body, const ValueLists& lists, Event* out);

/// As ParseEvent, for a body that was already cut into members. `resource` is whose lists count, where the
/// kind does not say.
[[nodiscard]] Failure ReadEvent(EventKind kind, const std::vector<Member>& members, const ValueLists& lists,
                                Event* out, std::optional<Resource> resource = std::nullopt);

/// Records the end of a resource: the event's fields as its end event, its extensions beside those recorded.
void RecordEnd(const Event& event, int64_t at, Record* record);

/// Refuses names that a resource uses itself and names that could reach an object's prototype.
[[nodiscard]] Failure CheckExtensionName(Resource resource, std::string_view name);

/// A digest by which a repeated end event is known (contract section 1, rule 8).
[[nodiscard]] std::string EventDigest(const Event& event);

}  // namespace anon

#endif  // ANON_MODEL_EVENT_H_
