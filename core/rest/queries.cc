// Finding services: by contact key, by customer, by id (contract section 5).
#include <algorithm>

#include "model/json.h"
#include "model/keys.h"
#include "rest/operations.h"
#include "rest/parameters.h"
#include "rest/show.h"

namespace anon {
namespace {

constexpr int64_t kDefaultPage = 100;
constexpr int64_t kLargestPage = 1000;

struct Filter {
  Status status = Status::kAll;
  std::optional<int64_t> from;  ///< inclusive
  std::optional<int64_t> to;    ///< exclusive
  TypeFilter types;
  View view;
  int64_t limit = kDefaultPage;
  const Service* after = nullptr;
};

Failure ReadFilter(const Context& context, Filter* filter) {
  const Request& request = context.request;
  if (auto failure = OnlyParameters(request,
                                    "started_from, started_to, service_types, extensions, active_states, "
                                    "completed_states, active_tasks, "
                                    "completed_tasks, limit, after")) {
    return failure;
  }
  filter->status = StatusOf(request);
  filter->types = ReadTypes(request, "service_types");
  if (auto failure = ReadTime(request, "started_from", &filter->from)) return failure;
  if (auto failure = ReadTime(request, "started_to", &filter->to)) return failure;
  if (auto failure = ReadView(request, Resource::kService, &filter->view)) return failure;
  if (auto failure = ReadNumber(request, "limit", 1, kLargestPage, &filter->limit)) return failure;
  if (request.query.Has("after")) {
    filter->after = context.FindService(request.query.Only("after").value_or(""));
    if (filter->after == nullptr) {
      return Invalid("after: the service_id of a service that still exists is expected");
    }
  }
  return std::nullopt;
}

// The target of the next page: this request's with `after` replaced.
std::string NextTarget(const Context& context, std::string_view last_id) {
  std::string_view query = context.request.raw_query;
  std::string target = Joined(context.options.base_path, "/", context.request.path, "?");
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view one = query.substr(0, end);
    if (one.substr(0, 6) != "after=" && !one.empty()) {
      Append(&target, one, "&");
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return Joined(target, "after=", PercentEncode(last_id));
}

Answer List(Context& context, Index::Range list, bool anonymous) {
  Filter filter;
  if (auto failure = ReadFilter(context, &filter)) return *failure;
  Response response = Json(200, "[");
  if (filter.after != nullptr) {
    list.first = std::upper_bound(list.begin(), list.end(), filter.after, StartsBefore);
  }
  int64_t shown = 0;
  const Service* last = nullptr;
  for (const Service* service : list) {
    if (filter.to && service->started >= *filter.to) break;
    if (filter.from && service->started < *filter.from) continue;
    if (!Fits(filter.status, service->active) || !filter.types.Fits(PeekText(service->record, Tag::kType)) ||
        !(anonymous ? context.MaySee(*service) : context.InReach(*service))) {
      continue;
    }
    if (shown == filter.limit) {
      response.AddHeader("Link", Joined("<", NextTarget(context, last->id()), ">; rel=\"next\""));
      break;
    }
    ++shown;
    Separate(&response.body);
    AppendService(&response.body, *service, filter.view);
    last = service;
  }
  response.body += ']';
  return response;
}

}  // namespace

Answer QueryAnonymous(Context& context) {
  const std::string& key = context.arguments[0];
  if (auto failure = CheckKey("contact_key", key)) return *failure;
  const Tenant* tenant = context.tenant();
  return List(context, tenant == nullptr ? Index::Range() : tenant->by_key.Find(key), true);
}

Answer QueryServices(Context& context) {
  const std::string& customer = context.arguments[0];
  if (auto failure = CheckKey("customer_id", customer)) return *failure;
  const Tenant* tenant = context.tenant();
  return List(context, tenant == nullptr ? Index::Range() : tenant->by_customer.Find(customer), false);
}

Answer QueryService(Context& context) {
  const std::string& id = context.arguments[0];
  if (auto failure = OnlyParameters(
          context.request, "extensions, active_states, completed_states, active_tasks, completed_tasks")) {
    return *failure;
  }
  View view;
  if (auto failure = ReadView(context.request, Resource::kService, &view)) return *failure;
  const Service* service = context.FindService(id);
  if (service == nullptr) return ServiceNotFound(id);
  Response response = Json(200, {});
  AppendService(&response.body, *service, view);
  return response;
}

}  // namespace anon
