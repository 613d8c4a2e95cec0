#include "rest/table.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "model/ascii.h"
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

constexpr size_t CountSegments(const char* pattern) {
  size_t count = 1;
  for (; *pattern != '\0'; ++pattern) count += *pattern == '/' ? 1 : 0;
  return count;
}

constexpr size_t FirstSegment(const char* pattern) {
  size_t size = 0;
  while (pattern[size] != '/' && pattern[size] != '\0') ++size;
  return size;
}

// The operations by how many segments their patterns have: those with `n` of them stand from first[n] to
// first[n + 1], in the order of the table.
struct BySize {
  std::array<uint8_t, Segments::kMost + 2> first{};
  std::array<uint8_t, std::size(kOperations)> index{};
  std::array<uint8_t, std::size(kOperations)> literal{};  ///< bytes of its first segment, which is none of {}
};

constexpr BySize kBySize = [] {
  BySize by;
  uint8_t placed = 0;
  for (size_t size = 0; size <= Segments::kMost; ++size) {
    by.first[size] = placed;
    for (size_t i = 0; i < std::size(kOperations); ++i) {
      if (CountSegments(kOperations[i].pattern) != size) continue;
      by.literal[placed] = static_cast<uint8_t>(FirstSegment(kOperations[i].pattern));
      by.index[placed++] = static_cast<uint8_t>(i);
    }
  }
  by.first[Segments::kMost + 1] = placed;
  return by;
}();
static_assert(kBySize.first[Segments::kMost + 1] == std::size(kOperations), "a path is longer than Segments");

// How many segments of a pattern of as many, whose first matches up to `at`, are there literally; -1 if it
// does not match.
int Literals(const char* at, const Segments& segments) {
  int literals = 1;
  ++at;
  for (size_t i = 1; i < segments.size(); ++i, ++at) {
    if (*at == '{') {
      at += 2;
      continue;
    }
    for (const char c : segments[i]) {
      if (c != *at || c == '/' || c == '\0') return -1;
      ++at;
    }
    if (*at != '/' && *at != '\0') return -1;
    ++literals;
  }
  return literals;
}

// Calls `each` with the operations that have the path, for who asks, and Literals of each.
template <class Each>
void ForMatching(const Request& request, Each each) {
  const size_t size = request.segments.size();
  if (size > Segments::kMost) return;
  for (size_t i = kBySize.first[size]; i < kBySize.first[size + 1]; ++i) {
    const Operation& operation = kOperations[kBySize.index[i]];
    if (std::string_view(operation.pattern, kBySize.literal[i]) != request.segments[0]) continue;
    if (operation.access == Access::kLocal && !request.principal.local) continue;
    const int literals = Literals(operation.pattern + kBySize.literal[i], request.segments);
    if (literals >= 0) each(operation, literals);
  }
}

// The segments that stand for {} in the pattern that they match.
std::vector<std::string> Arguments(const char* pattern, const Segments& segments) {
  std::vector<std::string> arguments;
  for (size_t i = 0; i < segments.size(); ++i) {
    if (*pattern == '{') arguments.emplace_back(segments[i]);
    while (*pattern != '\0' && *pattern++ != '/') {
    }
  }
  return arguments;
}

// To a path whose operations, those with so many literal segments, have other methods.
Response MethodNotAllowed(const Request& request, int literals) {
  std::string allow;
  ForMatching(request, [&](const Operation& operation, int its) {
    if (its != literals) return;
    if (!allow.empty()) allow += ", ";
    allow += operation.method;
  });
  Response response =
      ErrorResponse(Failed(Code::kMethodNotAllowed, {"method: ", allow, " is accepted here"}));
  response.AddHeader("Allow", allow);
  return response;
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
  return IsAnyCase(content_type, "application/json");
}

}  // namespace

OperationList Operations() { return {std::begin(kOperations), std::end(kOperations)}; }

Answer Dispatch(Context* context) {
  const Request& request = context->request;
  // Literal segments win over {}: `services/start` is the start operation, not a service of that name.
  int best = -1;
  const Operation* found = nullptr;
  ForMatching(request, [&](const Operation& operation, int literals) {
    if (literals < best) return;
    if (literals > best) found = nullptr;
    best = literals;
    if (found == nullptr && request.method == operation.method) found = &operation;
  });
  if (best < 0) return Error{Code::kNoSuchPath, "no operation has this path"};
  if (found == nullptr) return MethodNotAllowed(request, best);
  context->arguments = Arguments(found->pattern, request.segments);
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
