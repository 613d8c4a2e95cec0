// Purge, export and business attributes (contract section 5).
#include "model/instant.h"
#include "model/json.h"
#include "rest/operations.h"
#include "rest/parameters.h"
#include "rest/show.h"

namespace anon {
namespace {

// One answer of an export holds about this much; the host asks on with the target in `Next` until there is
// none, so that a large store never stands in one string.
constexpr size_t kExportChunk = 256 * 1024;
constexpr size_t kExportScan = 20000;

struct Purging {
  bool active = true;
  bool completed = true;
  bool identified = true;
};

std::optional<Purging> ReadPurging(std::string_view operation) {
  if (operation == "purge.service.all") return Purging{};
  if (operation == "purge.service.started") return Purging{true, false, true};
  if (operation == "purge.service.started.anonymous") return Purging{true, false, false};
  if (operation == "purge.service.completed") return Purging{false, true, true};
  if (operation == "purge.service.completed.anonymous") return Purging{false, true, false};
  return std::nullopt;
}

struct Exporting {
  std::optional<int64_t> from;
  std::optional<int64_t> to;
  bool by_completion = false;
  Status state = Status::kAll;
  View view;
  int64_t cursor = INT64_MIN;  ///< start of the last service looked at
  std::string cursor_id;       ///< its id; empty where none was
  bool goes_on = false;
  bool first = true;  ///< nothing was shown yet: no comma
};

// `chosen` stays what it is where the parameter is absent.
Failure ReadChoice(const Request& request, std::string_view name, std::string_view accepted,
                   std::string_view* chosen) {
  if (!request.query.Has(name)) return std::nullopt;
  *chosen = request.query.Only(name).value_or("");
  if (InList(accepted, *chosen)) return std::nullopt;
  return Invalid(name, ": one of ", accepted, " is expected");
}

Failure ReadContent(const Request& request, View* view) {
  *view = WholeView();
  if (!request.query.Has("export_content")) return std::nullopt;
  *view = View();
  for (const std::string_view part : request.query.Values("export_content")) {
    if (part == "states") {
      view->active_states = view->completed_states = true;
    } else if (part == "tasks") {
      view->active_tasks = view->completed_tasks = true;
    } else if (part == "extensions") {
      view->service.all = view->state.all = view->task.all = true;
    } else if (part != "services") {
      return Invalid("export_content: services, states, tasks and extensions are accepted");
    }
  }
  return std::nullopt;
}

Failure ReadCursor(const Request& request, Exporting* out) {
  if (!request.query.Has("cursor")) return std::nullopt;
  const std::string_view text = request.query.Only("cursor").value_or("");
  const size_t dot = text.find('.');
  const auto started = dot == std::string_view::npos ? std::nullopt : AsInteger(text.substr(0, dot));
  if (!started || text.size() < dot + 2) {
    return Invalid("cursor: what the last part of this export answered is expected");
  }
  out->cursor = *started;
  out->first = text[dot + 1] != '+';
  out->cursor_id = text.substr(dot + 2);
  out->goes_on = true;
  return std::nullopt;
}

Failure ReadExporting(const Request& request, Exporting* out) {
  if (auto failure = OnlyParameters(
          request, "time_from, time_to, filter_events, filter_state, export_content, cursor")) {
    return failure;
  }
  if (auto failure = ReadTime(request, "time_from", &out->from)) return failure;
  if (auto failure = ReadTime(request, "time_to", &out->to)) return failure;
  if (!out->from) return Invalid("time_from: an export needs the time from which it starts");
  std::string_view events, state;
  if (auto failure = ReadChoice(request, "filter_events", "started, completed", &events)) return failure;
  if (auto failure = ReadChoice(request, "filter_state", "all, active, completed", &state)) return failure;
  out->by_completion = events == "completed";
  if (state == "active") out->state = Status::kActive;
  if (state == "completed") out->state = Status::kCompleted;
  if (auto failure = ReadContent(request, &out->view)) return failure;
  return ReadCursor(request, out);
}

// The cursor is `<start of the last service looked at, ms>.<- or + if any was shown><its id>`.
std::string NextTarget(const Context& context, const Service& last, bool shown) {
  std::string_view query = context.request.raw_query;
  query = query.substr(0, query.find("&cursor="));
  return Joined(context.request.path, "?", query, "&cursor=", std::to_string(last.started),
                shown ? ".%2B" : ".-", PercentEncode(last.id()));
}

void AppendAttribute(std::string* out, const BusinessAttribute& attribute) {
  Separate(out);
  *out += "{\"name\":";
  AppendQuoted(out, attribute.name);
  AppendToken(out, "values", "[");
  for (const auto& [value, display] : attribute.values) {
    Separate(out);
    *out += "{\"name\":";
    AppendQuoted(out, value);
    *out += ",\"display_name\":";
    AppendQuoted(out, display);
    *out += '}';
  }
  *out += "]}";
}

const BusinessAttribute* FindAttribute(const Options& options, std::string_view name) {
  for (const BusinessAttribute& attribute : options.attributes) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

}  // namespace

Answer Purge(Context& context) {
  Members members;
  if (auto failure = ParseObject(context.request.body, "body", &members)) return *failure;
  std::optional<int64_t> limit;
  std::optional<Purging> purging;
  for (const Member& member : members) {
    const auto text = AsString(member.value);
    if (member.name == "limit") {
      limit = text ? ParseInstant(*text) : std::nullopt;
    } else if (member.name == "operation") {
      purging = text ? ReadPurging(*text) : std::nullopt;
    } else {
      return Invalid("body: limit and operation are accepted");
    }
  }
  if (!limit) return Invalid("limit: an ISO 8601 time such as 2026-01-31T10:00:00.000Z is needed");
  if (!purging) {
    return Invalid(
        "operation: purge.service.all, purge.service.started, purge.service.started.anonymous, "
        "purge.service.completed or purge.service.completed.anonymous is needed");
  }
  std::vector<std::string> ids;
  if (const Tenant* tenant = context.tenant()) {
    for (const Service* service : tenant->by_start) {
      if (service->started >= *limit) break;
      if (!context.InReach(*service)) continue;
      if (!(service->active ? purging->active : purging->completed)) continue;
      if (!purging->identified && !service->customer_id().empty()) continue;
      ids.emplace_back(service->id());
    }
  }
  for (const std::string& id : ids) context.Remove(Op::kRemoveService, id);
  return Json(200, Joined("{\"purged\":", std::to_string(ids.size()), "}"));
}

Answer ExportServices(Context& context) {
  Exporting exporting;
  if (auto failure = ReadExporting(context.request, &exporting)) return *failure;
  Response response = Json(200, exporting.goes_on ? "" : "[");
  bool first = exporting.first;
  if (const Tenant* tenant = context.tenant()) {
    if (!exporting.goes_on && !exporting.by_completion) exporting.cursor = *exporting.from;
    size_t scanned = 0;
    const Service* last = nullptr;
    for (auto at = tenant->by_start.From(exporting.cursor, exporting.cursor_id); !at.done(); at.Next()) {
      const Service& service = **at;
      if (exporting.goes_on && service.started == exporting.cursor && service.id() == exporting.cursor_id)
        continue;
      if (!exporting.by_completion && exporting.to && service.started >= *exporting.to) break;
      if (response.body.size() >= kExportChunk || scanned++ == kExportScan) {
        response.AddHeader("Next", NextTarget(context, *last, !first));
        return response;
      }
      last = &service;
      const int64_t time = exporting.by_completion
                               ? PeekInteger(service.record, Tag::kCompleted).value_or(INT64_MIN)
                               : service.started;
      if (time < *exporting.from || (exporting.to && time >= *exporting.to)) continue;
      if (!Fits(exporting.state, service.active) || !context.InReach(service)) continue;
      if (!first) response.body += ",\n";
      first = false;
      AppendService(&response.body, service, exporting.view);
    }
  }
  response.body += ']';
  return response;
}

Answer QueryBusinessAttributes(Context& context) {
  const Request& request = context.request;
  if (auto failure = OnlyParameters(request, "cv-attribute")) return *failure;
  if (request.query.Has("cv-attribute")) {
    const std::string field(request.query.Only("cv-attribute").value_or(""));
    const auto mapped = context.options.mapping.find(field);
    if (mapped == context.options.mapping.end()) {
      return NotFound("business attribute", field);
    }
    Response response = Json(200, "[");
    AppendAttribute(&response.body, *FindAttribute(context.options, mapped->second));
    response.body += ']';
    return response;
  }
  Response response = Json(200, "[");
  for (const BusinessAttribute& attribute : context.options.attributes) {
    AppendAttribute(&response.body, attribute);
  }
  response.body += ']';
  return response;
}

Answer QueryBusinessAttribute(Context& context) {
  if (auto failure = OnlyParameters(context.request, "")) return *failure;
  const std::string& name = context.arguments[0];
  const BusinessAttribute* attribute = FindAttribute(context.options, name);
  if (attribute == nullptr) return NotFound("business attribute", name);
  Response response = Json(200, {});
  AppendAttribute(&response.body, *attribute);
  return response;
}

}  // namespace anon
