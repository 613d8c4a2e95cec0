#include "rest/parameters.h"

#include <algorithm>

#include "model/instant.h"
#include "model/json.h"

namespace anon {
namespace {

Error Bad(std::string_view name, std::string_view accepted) {
  return Invalid(name, ": ", accepted, " is expected");
}

}  // namespace

Status StatusOf(const Request& request) {
  const size_t size = request.segments.size();
  if (size < 4) return Status::kAll;
  const std::string_view last = request.segments[size - 1];
  if (last == "active") return Status::kActive;
  return last == "completed" ? Status::kCompleted : Status::kAll;
}

bool InList(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const size_t end = std::min(list.find(", "), list.size());
    if (list.substr(0, end) == word) return true;
    list.remove_prefix(std::min(end + 2, list.size()));
  }
  return false;
}

Failure OnlyParameters(const Request& request, std::string_view accepted) {
  // Of several the first by name is told of, so that one request has one answer.
  const std::string_view* unknown = nullptr;
  for (const Query::Parameter& one : request.query.list()) {
    if (!InList(accepted, one.name) && (unknown == nullptr || one.name < *unknown)) unknown = &one.name;
  }
  if (unknown == nullptr) return std::nullopt;
  return Invalid(Shortened(*unknown), ": not a parameter of this operation; it has ",
                 accepted.empty() ? "none" : accepted);
}

Failure ReadTime(const Request& request, std::string_view name, std::optional<int64_t>* out) {
  if (!request.query.Has(name)) return std::nullopt;
  // An offset may hold a '+', which a query turns into a space.
  std::string text(request.query.Only(name).value_or(""));
  for (char& c : text) {
    if (c == ' ') c = '+';
  }
  *out = ParseInstant(text);
  if (!*out) return Bad(name, "one ISO 8601 time such as 2026-01-31T10:00:00.000Z");
  return std::nullopt;
}

Failure ReadFlag(const Request& request, std::string_view name, bool* out) {
  if (!request.query.Has(name)) return std::nullopt;
  const auto flag = AsBool(request.query.Only(name).value_or(""));
  if (!flag) return Bad(name, "true or false");
  *out = *flag;
  return std::nullopt;
}

Failure ReadNumber(const Request& request, std::string_view name, int64_t least, int64_t most, int64_t* out) {
  if (!request.query.Has(name)) return std::nullopt;
  const auto number = AsInteger(request.query.Only(name).value_or(""));
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
  for (std::string_view name : request.query.Values("extensions")) {
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
      choice->names.insert(name);
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
  for (const std::string_view type : request.query.Values(name)) filter.types.insert(type);
  return filter;
}

}  // namespace anon
