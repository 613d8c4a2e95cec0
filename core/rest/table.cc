#include "rest/table.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "rest/operations.h"

namespace anon {
namespace {

using A = Access;

constexpr Operation kOperations[] = {
    {"start", "POST", "services/start", A::kStart, StartService},
    {"associateService", "POST", "customers/{}/services/{}", A::kCustomer, AssociateService},
    {"complete", "POST", "services/{}/end", A::kWrite, CompleteService},
    {"queryAnonymous", "GET", "services/anonymous/{}", A::kRead, QueryAnonymous},
    {"queryAnonymous", "GET", "services/anonymous/{}/active", A::kRead, QueryAnonymous},
    {"queryAnonymous", "GET", "services/anonymous/{}/completed", A::kRead, QueryAnonymous},
    {"queryServices", "GET", "customers/{}/services", A::kCustomer, QueryServices},
    {"queryServices", "GET", "customers/{}/services/active", A::kCustomer, QueryServices},
    {"queryServices", "GET", "customers/{}/services/completed", A::kCustomer, QueryServices},
    {"queryService", "GET", "services/{}", A::kRead, QueryService},
    {"updateExpiration", "PUT", "services/{}", A::kWriteAll, UpdateExpiration},
    {"deleteService", "DELETE", "services/{}", A::kWriteAll, DeleteService},
    {"startState", "POST", "services/{}/states/start", A::kWrite, StartState},
    {"transitionState", "POST", "services/{}/states/transition", A::kWrite, TransitionState},
    {"completeState", "POST", "services/{}/states/{}/end", A::kWrite, CompleteState},
    {"queryStates", "GET", "services/{}/states", A::kRead, QueryStates},
    {"queryStates", "GET", "services/{}/states/active", A::kRead, QueryStates},
    {"queryStates", "GET", "services/{}/states/completed", A::kRead, QueryStates},
    {"queryState", "GET", "services/{}/states/{}", A::kRead, QueryState},
    {"startTask", "POST", "services/{}/tasks/start", A::kWrite, StartTask},
    {"completeTask", "POST", "services/{}/tasks/{}/end", A::kWrite, CompleteTask},
    {"queryTasks", "GET", "services/{}/tasks", A::kRead, QueryTasks},
    {"queryTasks", "GET", "services/{}/tasks/active", A::kRead, QueryTasks},
    {"queryTasks", "GET", "services/{}/tasks/completed", A::kRead, QueryTasks},
    {"queryTask", "GET", "services/{}/tasks/{}", A::kRead, QueryTask},
    {"replaceExtension", "PUT", "services/{}/extensions/{}", A::kWrite, ReplaceExtension},
    {"replaceExtension", "PUT", "services/{}/states/{}/extensions/{}", A::kWrite, ReplaceExtension},
    {"replaceExtension", "PUT", "services/{}/tasks/{}/extensions/{}", A::kWrite, ReplaceExtension},
    {"mergeExtension", "PUT", "services/{}/extensions/{}/merge", A::kWrite, MergeExtension},
    {"mergeExtension", "PUT", "services/{}/states/{}/extensions/{}/merge", A::kWrite, MergeExtension},
    {"mergeExtension", "PUT", "services/{}/tasks/{}/extensions/{}/merge", A::kWrite, MergeExtension},
    {"startComposite", "POST", "services_composite/start", A::kWriteAll, StartComposite},
    {"purge", "POST", "maintenance/purge", A::kWriteAll, Purge},
    {"exportServices", "GET", "maintenance/services/stream", A::kReadAll, ExportServices},
    {"queryBusinessAttributes", "GET", "metadata/business-attributes", A::kRead, QueryBusinessAttributes},
    {"queryBusinessAttribute", "GET", "metadata/business-attributes/{}", A::kRead, QueryBusinessAttribute},
    {"deliverAssociations", "POST", "associations", A::kDeliver, DeliverAssociations},
    {"visit", "GET", "local/visit", A::kLocal, QueryVisit},
    {"signIn", "POST", "local/visit", A::kLocal, SignIn},
    {"signOut", "POST", "local/visit/end", A::kLocal, SignOut},
    {"reset", "POST", "local/reset", A::kLocal, Reset},
    {"plan", "POST", "local/plan", A::kLocal, PlanAssociation},
    {"associate", "POST", "local/associations", A::kLocal, Associate},
    {"undo", "POST", "local/associations/{}/undo", A::kLocal, UndoAssociation},
    {"retry", "POST", "local/associations/{}/retry", A::kLocal, RetryAssociation},
    {"split", "POST", "local/associations/{}/split", A::kLocal, SplitAssociation},
    {"slices", "GET", "local/associations/{}/slices", A::kLocal, SliceAssociation},
    {"calls", "GET", "local/associations/{}/calls", A::kLocal, QueryCalls},
    {"recordProgress", "POST", "local/associations/{}/progress", A::kLocal, RecordProgress},
    {"queryAssociations", "GET", "local/associations", A::kLocal, QueryAssociations},
    {"queryAssociation", "GET", "local/associations/{}", A::kLocal, QueryAssociation},
    {"nextDelivery", "GET", "local/outbox", A::kLocal, NextDelivery},
    {"markSent", "POST", "local/associations/{}/sent", A::kLocal, MarkSent},
    {"recordReceipt", "POST", "local/associations/{}/receipt", A::kLocal, RecordReceipt},
    {"recordRejection", "POST", "local/associations/{}/rejected", A::kLocal, RecordRejection},
};

// Calls `each` with the segments of `pattern` that are {…}. Answers how many of the others are there,
// literally; -1 if it does not match.
template <class Each>
int Match(std::string_view pattern, const std::vector<std::string>& segments, Each each) {
  int literals = 0;
  size_t i = 0;
  for (bool more = true; more; ++i) {
    const size_t slash = pattern.find('/');
    const std::string_view part = pattern.substr(0, slash);
    more = slash != std::string_view::npos;
    if (more) pattern.remove_prefix(slash + 1);
    if (i >= segments.size()) return -1;
    if (part == "{}") {
      each(segments[i]);
    } else if (part == segments[i]) {
      ++literals;
    } else {
      return -1;
    }
  }
  return i == segments.size() ? literals : -1;
}

bool Allowed(const Operation& operation, const Context& context) {
  const Principal& who = context.request.principal;
  if (who.local) return true;
  const bool reads = std::string_view(operation.method) == "GET";
  const bool somebody = !who.customer.empty() || who.visitor;
  switch (operation.access) {
    case Access::kRead:
      return who.reader || somebody;
    case Access::kWrite:
    case Access::kStart:
      return who.writer || somebody;
    case Access::kReadAll:
      return who.reader;
    case Access::kWriteAll:
      return who.writer;
    case Access::kCustomer:
      return (reads ? who.reader : who.writer) ||
             (!who.customer.empty() && context.arguments[0] == who.customer);
    case Access::kDeliver:
    case Access::kLocal:  // Dispatch lets nobody else come here
      break;
  }
  return operation.access == Access::kDeliver && !who.customer.empty();
}

bool IsJson(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (!content_type.empty() && content_type.back() == ' ') content_type.remove_suffix(1);
  constexpr std::string_view kJson = "application/json";
  return std::equal(content_type.begin(), content_type.end(), kJson.begin(), kJson.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

}  // namespace

OperationList Operations() { return {std::begin(kOperations), std::end(kOperations)}; }

Answer Dispatch(Context* context) {
  const Request& request = context->request;
  // Literal segments win over {…}: `services/start` is the start operation, not a service of that name.
  int best = -1;
  const Operation* found = nullptr;
  std::vector<const Operation*> candidates;
  for (const Operation& operation : kOperations) {
    if (operation.access == Access::kLocal && !request.principal.local) continue;
    const int literals = Match(operation.pattern, request.segments, [](const std::string&) {});
    if (literals < 0 || literals < best) continue;
    if (literals > best) candidates.clear(), found = nullptr;
    best = literals;
    candidates.push_back(&operation);
    if (found == nullptr && request.method == operation.method) found = &operation;
  }
  if (candidates.empty()) return Error{Code::kNoSuchPath, "no operation has this path"};
  if (found == nullptr) {
    std::string allow;
    for (const Operation* one : candidates) allow += (allow.empty() ? "" : ", ") + std::string(one->method);
    Response response = ErrorResponse({Code::kMethodNotAllowed, "method: " + allow + " is accepted here"});
    response.headers.emplace_back("Allow", allow);
    return response;
  }
  Match(found->pattern, request.segments,
        [&](const std::string& segment) { context->arguments.push_back(segment); });
  if (!Allowed(*found, *context)) {
    const Principal& who = request.principal;
    // A session that has ended: who delivers then waits for the next one.
    if (found->access == Access::kDeliver && !who.reader && !who.writer) {
      return Error{Code::kUnauthorized, "credentials of a customer are needed"};
    }
    if (found->access == Access::kCustomer && !who.customer.empty()) {
      return Error{Code::kCustomerMismatch, "customer_id: not the customer of the credentials"};
    }
    return Error{Code::kForbidden, "the credentials do not hold the role that this needs"};
  }
  // A page's own call carries no headers; from a remote caller a body without a type is refused too, because
  // other sites can make a browser send one.
  const bool typed = !request.content_type.empty() || !request.principal.local;
  if (!request.body.empty() && typed && !IsJson(request.content_type)) {
    return Error{Code::kUnsupportedMediaType, "Content-Type: application/json is expected"};
  }
  return found->run(*context);
}

}  // namespace anon
