#include "rest/show.h"

#include "model/order.h"
#include "model/text.h"

namespace anon {
namespace {

using AppendPart = void (*)(std::string*, std::string_view, int64_t, const Record&, const ExtensionChoice&);

void AppendParts(std::string* out, const char* name, const std::vector<Text>& parts, bool active,
                 const ExtensionChoice& extensions, AppendPart append) {
  *out += ",\"";
  *out += name;
  *out += "\":[";
  // Ids count in the order of the starts' arrival; a start may say an earlier time.
  std::vector<int64_t> started;
  for (const Text& part : parts) started.push_back(PeekInteger(part, Tag::kStarted).value_or(0));
  for (const uint32_t i : OrderedBy(started)) {
    Record part;
    if (PeekInteger(parts[i], Tag::kCompleted).has_value() == active || !part.Decode(parts[i])) continue;
    Separate(out);
    append(out, {}, i, part, extensions);
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
