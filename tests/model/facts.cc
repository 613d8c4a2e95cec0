#include "facts.h"

#include "model/json.h"
#include "model/record.h"

namespace anon::model {
namespace {

void Take(const Change& change, Facts* facts) {
  Record record;
  if (!record.Decode(change.record)) return;
  if (change.op == Op::kPutService) {
    ServiceFact& service = facts->services[std::string(change.id)];
    service.customer = CustomerOf(record.Text(Tag::kCustomerId));
    service.association = record.Text(Tag::kAssociationId);
    if (const std::string* mark = record.FindExtension("Mark")) service.mark = *mark;
    if (const std::string* note = record.FindExtension("Note")) service.note = *note;
    record.SetExtension("Note", "0");
    service.record = record.Encode();
  } else if (change.op == Op::kPutState) {
    ++facts->services[std::string(change.id)].states;
  } else if (change.op == Op::kPutAssociation) {
    AssociationFact& association = facts->associations[std::string(change.id)];
    association.customer = CustomerOf(record.Text(Tag::kCustomerId));
    association.phase = record.Text(Tag::kPhase);
    association.results = ResultsOf(record.Text(Tag::kResults));
    association.undoes = record.Text(Tag::kUndoes);
    association.undone_by = record.Text(Tag::kUndoneBy);
    association.part_of = record.Text(Tag::kPartOf);
    association.place = record.Integer(Tag::kOrder).value_or(0);
  }
}

}  // namespace

Facts FactsOf(const std::vector<std::string>& entries) {
  Facts facts;
  for (const std::string& bytes : entries) {
    EntryReader entry(bytes);
    Change change;
    while (entry.Next(&change)) Take(change, &facts);
  }
  return facts;
}

Customer CustomerOf(std::string_view customer_id) {
  return customer_id == "A" ? Customer::kA : customer_id == "B" ? Customer::kB : Customer::kNone;
}

std::string_view IdOf(Customer customer) {
  return customer == Customer::kA ? "A" : customer == Customer::kB ? "B" : "";
}

std::string Field(std::string_view json, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":\"";
  const size_t at = json.find(key);
  if (at == std::string_view::npos) return "";
  const size_t begin = at + key.size();
  return std::string(json.substr(begin, json.find('"', begin) - begin));
}

std::map<std::string, std::string> ResultsOf(std::string_view list) {
  std::map<std::string, std::string> results;
  if (!IsArray(list)) return results;
  for (const std::string_view element : Elements(list)) {
    results[Field(element, "service_id")] = Field(element, "result");
  }
  return results;
}

}  // namespace anon::model
