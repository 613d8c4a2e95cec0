// States and tasks of a service, for the operations that start, find or change them.
#ifndef ANON_REST_PARTS_H_
#define ANON_REST_PARTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "rest/context.h"

namespace anon {

/// The encoded states or tasks, by id.
[[nodiscard]] const std::vector<Text>& PartsOf(const Service& service, Resource kind);

/// The service and the state or task that the path's first two arguments name.
[[nodiscard]] Failure FindPart(const Context& context, Resource kind, const Service** service,
                               uint32_t* index);

/// Starts a state or task as `event` says and answers its id. Refuses more than kMaxParts, and a state id
/// that the service does not have.
[[nodiscard]] Failure AddPart(Context& context, const Service& service, Resource kind, Event event,
                              uint32_t* index);

/// Records a changed state or task; it counts as an update of the service.
void PutPart(Context& context, const Service& service, Resource kind, uint32_t index,
             std::string_view record);

}  // namespace anon

#endif  // ANON_REST_PARTS_H_
