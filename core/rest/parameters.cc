#include "rest/parameters.h"

#include <algorithm>

#include "model/instant.h"
#include "model/json.h"

namespace anon {
namespace {

// The single value of a parameter; null when absent. An instant's offset may hold a '+', which a query turns
// into a space: it is turned back.
const std::string* Single(const Request& request, std::string_view name, bool* several) {
  const auto found = request.query.find(name);
  *several = found != request.query.end() && found->second.size() != 1;
  return found == request.query.end() || *several ? nullptr : &found->second[0];
}

Error Bad(std::string_view name, std::string_view accepted) {
  return Invalid(std::string(name) + ": " + std::string(accepted) + " is expected");
}

}  // namespace

Status StatusOf(const Request& request) {
  const std::string& last = request.segments.back();
  if (request.segments.size() < 4) return Status::kAll;
  if (last == "active") return Status::kActive;
  return last == "completed" ? Status::kCompleted : Status::kAll;
}

Failure OnlyParameters(const Request& request, std::initializer_list<std::string_view> accepted) {
  for (const auto& [name, values] : request.query) {
    if (std::find(accepted.begin(), accepted.end(), name) != accepted.end()) continue;
    std::string list;
    for (const std::string_view one : accepted) {
      if (!list.empty()) list += ", ";
      list += one;
    }
    return Invalid(Shortened(name) + ": not a parameter of this operation; it has " +
                   (list.empty() ? "none" : list));
  }
  return std::nullopt;
}

Failure ReadTime(const Request& request, std::string_view name, std::optional<int64_t>* out) {
  bool several = false;
  const std::string* value = Single(request, name, &several);
  if (value == nullptr && !several) return std::nullopt;
  if (value != nullptr) {
    std::string text = *value;
    std::replace(text.begin(), text.end(), ' ', '+');
    *out = ParseInstant(text);
  }
  if (several || !*out) return Bad(name, "one ISO 8601 time such as 2026-01-31T10:00:00.000Z");
  return std::nullopt;
}

Failure ReadFlag(const Request& request, std::string_view name, bool* out) {
  bool several = false;
  const std::string* value = Single(request, name, &several);
  if (value == nullptr && !several) return std::nullopt;
  const auto flag = value == nullptr ? std::nullopt : AsBool(*value);
  if (!flag) return Bad(name, "true or false");
  *out = *flag;
  return std::nullopt;
}

Failure ReadNumber(const Request& request, std::string_view name, int64_t least, int64_t most, int64_t* out) {
  bool several = false;
  const std::string* value = Single(request, name, &several);
  if (value == nullptr && !several) return std::nullopt;
  const auto number = value == nullptr ? std::nullopt : AsInteger(*value);
  if (!number || *number < least || *number > most) {
    return Bad(name, "an integer from " + std::to_string(least) + " to " + std::to_string(most));
  }
  *out = *number;
  return std::nullopt;
}

Failure ReadView(const Request& request, Resource own, View* out) {
  if (own == Resource::kService) {
    const std::pair<std::string_view, bool*> flags[] = {{"active_states", &out->active_states},
                                                        {"completed_states", &out->completed_states},
                                                        {"active_tasks", &out->active_tasks},
                                                        {"completed_tasks", &out->completed_tasks}};
    for (const auto& [name, flag] : flags) {
      if (auto failure = ReadFlag(request, name, flag)) return failure;
    }
  }
  const auto found = request.query.find("extensions");
  if (found == request.query.end()) return std::nullopt;
  for (std::string_view name : found->second) {
    ExtensionChoice* choice = own == Resource::kService ? &out->service
                              : own == Resource::kState ? &out->state
                                                        : &out->task;
    if (name.substr(0, 6) == "State.") {
      choice = &out->state;
      name.remove_prefix(6);
    } else if (name.substr(0, 5) == "Task.") {
      choice = &out->task;
      name.remove_prefix(5);
    }
    if (name == "*") {
      choice->all = true;
    } else {
      choice->names.emplace(name);
    }
  }
  return std::nullopt;
}

bool TypeFilter::Fits(std::string_view type_token) const {
  if (types.empty()) return true;
  if (const auto text = AsString(type_token)) return types.find(*text) != types.end();
  return types.find(type_token) != types.end();
}

TypeFilter ReadTypes(const Request& request, std::string_view name) {
  TypeFilter filter;
  const auto found = request.query.find(name);
  if (found != request.query.end()) {
    filter.types.insert(found->second.begin(), found->second.end());
  }
  return filter;
}

}  // namespace anon
