// Attached data of a service, state or task: replaced or merged by name (contract section 5).
#include <utility>

#include "model/json.h"
#include "model/order.h"
#include "rest/operations.h"
#include "rest/parts.h"

namespace anon {
namespace {

struct Target {
  const Service* service = nullptr;
  Resource kind = Resource::kService;
  uint32_t index = 0;
  std::string name;
  Record record;
};

Failure FindTarget(Context& context, Target* target) {
  const std::string_view collection = context.request.segments[2];
  target->kind = collection == "states"  ? Resource::kState
                 : collection == "tasks" ? Resource::kTask
                                         : Resource::kService;
  target->name = context.arguments.back();
  if (auto failure = CheckExtensionName(target->kind, target->name)) return failure;
  if (auto failure = CheckJson(context.request.body, "body")) return failure;
  bool decoded = false;
  if (target->kind == Resource::kService) {
    const std::string& id = context.arguments[0];
    target->service = context.FindService(id);
    if (target->service == nullptr) return ServiceNotFound(id);
    decoded = target->record.Decode(target->service->record);
  } else {
    if (auto failure = FindPart(context, target->kind, &target->service, &target->index)) {
      return failure;
    }
    decoded = target->record.Decode(PartsOf(*target->service, target->kind)[target->index]);
  }
  if (!decoded) return NotFound(Name(target->kind), "damaged");
  return std::nullopt;
}

Answer Attach(Context& context, Target* target, std::string_view value) {
  target->record.SetExtension(target->name, value);
  if (target->kind == Resource::kService) {
    if (target->record.Has(Tag::kUpdated)) {
      target->record.SetInteger(Tag::kUpdated, context.clock());
    }
    context.Put(Op::kPutService, target->service->id(), 0, target->record);
  } else {
    PutPart(context, *target->service, target->kind, target->index, target->record.Encode());
  }
  return Json(200, "{}");
}

std::string_view Trimmed(std::string_view text) {
  constexpr const char* kSpace = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpace);
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// Both are objects. A name that both have keeps its place and takes the new value; new names follow.
std::string Merged(std::string_view recorded, std::string_view given) {
  const Members old_members(recorded);
  const Members new_members(given);
  std::vector<Member> members = old_members.list();
  members.insert(members.end(), new_members.begin(), new_members.end());
  const auto order = Ordered(
      members.size(), [&](uint32_t a, uint32_t b) { return members[a].name.compare(members[b].name); });
  for (size_t i = 1; i < order.size(); ++i) {
    Member& old = members[order[i - 1]];
    Member& given_anew = members[order[i]];
    // No value is empty, so that is the mark of one that goes.
    if (old.name == given_anew.name) old.value = std::exchange(given_anew.value, {});
  }
  std::string out = "{";
  for (const Member& member : members) {
    if (member.value.empty()) continue;
    Separate(&out);
    AppendQuoted(&out, member.name);
    Append(&out, ":", member.value);
  }
  return out + '}';
}

}  // namespace

Answer ReplaceExtension(Context& context) {
  Target target;
  if (auto failure = FindTarget(context, &target)) return *failure;
  return Attach(context, &target, Trimmed(context.request.body));
}

Answer MergeExtension(Context& context) {
  Target target;
  if (auto failure = FindTarget(context, &target)) return *failure;
  const std::string_view given = Trimmed(context.request.body);
  if (!IsObject(given)) return Invalid("body: an object is expected; a list is not merged");
  const std::string* recorded = target.record.FindExtension(target.name);
  if (recorded == nullptr) return Attach(context, &target, given);
  if (!IsObject(*recorded)) {
    return Conflict("extension: what is recorded is not an object, so nothing merges into it");
  }
  const std::string merged = Merged(*recorded, given);
  if (merged.size() > kMaxBody) {
    return TooLarge("extension: at most 262144 bytes are accepted");
  }
  return Attach(context, &target, merged);
}

}  // namespace anon
