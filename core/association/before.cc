#include "association/before.h"

#include "model/json.h"
#include "store/visit.h"

namespace anon {

Before BeforeOf(std::string_view service_id, const Record& record) {
  return {std::string(service_id), std::string(record.Text(Tag::kCustomerId)),
          std::string(record.Text(Tag::kAssociationId)), record.Integer(Tag::kUpdated), std::nullopt};
}

std::string BeforeText(const std::vector<Before>& list) {
  std::string out = "[";
  for (const Before& one : list) {
    Separate(&out);
    out += '{';
    AppendText(&out, "service_id", one.service_id);
    AppendText(&out, "customer_id", one.customer);
    AppendText(&out, "association_id", one.association);
    AppendNumber(&out, "updated", one.updated);
    AppendNumber(&out, "touched", one.touched);
    out += '}';
  }
  return out + ']';
}

std::vector<Before> ReadBefore(std::string_view text) {
  std::vector<Before> list;
  for (const std::string_view element : Elements(text)) {
    Before& one = list.emplace_back();
    for (const Member& member : Members(element)) {
      if (member.name == "service_id") one.service_id = AsString(member.value).value_or("");
      if (member.name == "customer_id") one.customer = AsString(member.value).value_or("");
      if (member.name == "association_id") one.association = AsString(member.value).value_or("");
      if (member.name == "updated") one.updated = AsInteger(member.value);
      if (member.name == "touched") one.touched = AsInteger(member.value);
    }
  }
  return list;
}

void HandOver(const Context& context, std::string_view customer, std::string_view association_id,
              Record* record, Before* before) {
  record->Set(Tag::kCustomerId, customer);
  record->Set(Tag::kAssociationId, association_id);
  if (!record->Has(Tag::kUpdated)) return;
  before->touched = context.clock();
  record->SetInteger(Tag::kUpdated, context.clock());
}

void GiveBack(Context& context, std::string_view association_id, const Before& before,
              std::optional<int64_t> visit) {
  const Service* service = context.store().Find(context.request.tenant, before.service_id);
  if (service == nullptr || PeekText(service->record, Tag::kAssociationId) != association_id) return;
  Record record = service->Decoded();
  before.customer.empty() ? record.Erase(Tag::kCustomerId) : record.Set(Tag::kCustomerId, before.customer);
  before.association.empty() ? record.Erase(Tag::kAssociationId)
                             : record.Set(Tag::kAssociationId, before.association);
  const bool is_nobodys =
      before.customer.empty() && CustomerOfVisit(*service->tenant, service->visit).empty();
  if (visit && is_nobodys) record.SetInteger(Tag::kVisit, *visit);
  if (before.updated && record.Integer(Tag::kUpdated) == before.touched) {
    record.SetInteger(Tag::kUpdated, *before.updated);
  }
  context.Put(Op::kPutService, before.service_id, 0, record);
}

}  // namespace anon
