// Undoing an association at the sender (contract section 6, rule 5). Here everything is at once as it was.
// What was never sent is withdrawn; after anything that may have reached the server, an association that
// undoes it goes the same way and with the same guarantees. Nothing is destroyed.
#include "association/association.h"
#include "association/before.h"
#include "model/json.h"
#include "rest/operations.h"

namespace anon {
namespace {

Failure ReadBody(std::string_view body, bool* compensate) {
  Members members;
  if (auto failure = ParseObject(body, "body", &members)) return failure;
  for (const Member& member : members) {
    const auto flag = AsBool(member.value);
    if (member.name != "compensate" || !flag) return Invalid("body: compensate, true or false, is accepted");
    *compensate = *flag;
  }
  return std::nullopt;
}

std::string Compensate(Context& context, const std::string& id, const Record& undone) {
  Envelope envelope;
  envelope.customer = undone.Text(Tag::kCustomerId);
  envelope.association_id = context.NewServiceId(envelope.customer);
  envelope.undoes = id;
  std::string services = "[";
  for (const Before& one : ReadBefore(undone.Text(Tag::kBefore))) {
    AppendResult(&services, one.service_id, {});
  }
  services += ']';
  envelope.services = services;
  Record record;
  record.Set(Tag::kCustomerId, envelope.customer);
  SetPhase(context, kPending, &record);
  record.SetInteger(Tag::kCreated, context.now());
  record.Set(Tag::kUndoes, id);
  record.Set(Tag::kResults, services);
  record.Set(Tag::kEnvelope, EnvelopeText(envelope));
  record.SetInteger(Tag::kOrder, context.store().NextOrder());
  context.Put(Op::kPutAssociation, envelope.association_id, 0, record);
  return envelope.association_id;
}

}  // namespace

Answer UndoAssociation(Context& context) {
  const std::string& id = context.arguments[0];
  bool compensate = true;
  if (auto failure = ReadBody(context.request.body, &compensate)) return *failure;
  Record record;
  if (auto failure = LoadOpen(context, &record)) return *failure;
  const std::string_view phase = record.Text(Tag::kPhase);
  if (phase == kUndone) return Receipt(200, id, record);
  if (record.Has(Tag::kUndoes) || record.Has(Tag::kPartOf)) {
    return Conflict("association_id: only an association made by associate can be undone");
  }
  if (phase == kAcknowledged &&
      context.now() - record.Integer(Tag::kUpdated).value_or(0) > context.options.undo_window * 1000) {
    return Conflict("association_id: it was acknowledged longer ago than the undo window of ",
                    std::to_string(context.options.undo_window), " seconds");
  }
  const bool sent = record.Has(Tag::kSent);
  if (sent && !compensate) {
    return Conflict("association_id: it was sent already, and this server has no way to undo it");
  }
  for (const Before& one : ReadBefore(record.Text(Tag::kBefore))) GiveBack(context, id, one);
  for (const std::string& part_id : PartIds(context, id)) context.Remove(Op::kRemoveAssociation, part_id);
  record.Erase(Tag::kEnvelope);
  record.Erase(Tag::kOrder);
  record.Erase(Tag::kProblem);
  record.Erase(Tag::kProgress);
  SetPhase(context, kUndone, &record);
  if (sent) record.Set(Tag::kUndoneBy, Compensate(context, id, record));
  context.Put(Op::kPutAssociation, id, 0, record);
  return Receipt(200, id, record);
}

}  // namespace anon
