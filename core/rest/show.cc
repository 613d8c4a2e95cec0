#include "rest/show.h"

#include <algorithm>
#include <utility>

namespace anon {
namespace {

using AppendPart = void (*)(std::string*, std::string_view, int64_t, const Record&, const ExtensionChoice&);

void AppendParts(std::string* out, const char* name, const std::vector<Text>& parts, bool active,
                 const ExtensionChoice& extensions, AppendPart append) {
  *out += ",\"";
  *out += name;
  *out += "\":[";
  // Ids count in the order of the starts' arrival; a start may say an earlier time.
  std::vector<std::pair<int64_t, size_t>> order;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (PeekInteger(parts[i], Tag::kCompleted).has_value() == active) continue;
    order.emplace_back(PeekInteger(parts[i], Tag::kStarted).value_or(0), i);
  }
  std::sort(order.begin(), order.end());
  bool first = true;
  for (const auto& [started, i] : order) {
    Record part;
    if (!part.Decode(parts[i])) continue;
    if (!first) *out += ',';
    first = false;
    append(out, {}, static_cast<int64_t>(i), part, extensions);
  }
  *out += ']';
}

}  // namespace

void AppendService(std::string* out, const Service& service, const View& view) {
  const Record record = service.Decoded();
  OpenService(out, service.id(), record, view);
  if (view.active_states) {
    AppendParts(out, "active_states", service.states(), true, view.state, AppendState);
  }
  if (view.completed_states) {
    AppendParts(out, "completed_states", service.states(), false, view.state, AppendState);
  }
  if (view.active_tasks) {
    AppendParts(out, "active_tasks", service.tasks(), true, view.task, AppendTask);
  }
  if (view.completed_tasks) {
    AppendParts(out, "completed_tasks", service.tasks(), false, view.task, AppendTask);
  }
  AppendExtensions(out, record, view.service);
  *out += '}';
}

View WholeView() {
  View view;
  view.service.all = view.state.all = view.task.all = true;
  view.active_states = view.completed_states = true;
  view.active_tasks = view.completed_tasks = true;
  view.lifetime = true;
  return view;
}

}  // namespace anon
