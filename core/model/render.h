// Resources as wire JSON (contract section 4).
#ifndef ANON_MODEL_RENDER_H_
#define ANON_MODEL_RENDER_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "model/event.h"
#include "model/record.h"

namespace anon {

/// Which extensions of one kind of resource are shown.
struct ExtensionChoice {
  bool all = false;
  std::set<std::string_view> names;  ///< views of the request
  [[nodiscard]] bool Shows(std::string_view name) const { return all || names.find(name) != names.end(); }
};

/// What of a service is shown; by default neither extensions nor nested resources.
struct View {
  ExtensionChoice service;
  ExtensionChoice state;
  ExtensionChoice task;
  bool active_states = false;
  bool completed_states = false;
  bool active_tasks = false;
  bool completed_tasks = false;
  bool lifetime = false;  ///< expiration_time and auto_complete_after too: what a hand-over carries
};

/// Appends `{…` without the closing brace, so that nested lists can follow. `service_id` is left out of
/// states and tasks when empty.
void OpenService(std::string* out, std::string_view service_id, const Record& record, const View& view);
void AppendState(std::string* out, std::string_view service_id, int64_t state_id, const Record& record,
                 const ExtensionChoice& extensions);
void AppendTask(std::string* out, std::string_view service_id, int64_t task_id, const Record& record,
                const ExtensionChoice& extensions);
/// Appends the chosen extensions as members, each led by a comma.
void AppendExtensions(std::string* out, const Record& record, const ExtensionChoice& choice);

}  // namespace anon

#endif  // ANON_MODEL_RENDER_H_
