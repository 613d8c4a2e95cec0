#include "past.h"

#include <algorithm>

namespace anon::model {

void Past::Begin(Customer customer) {
  visits.push_back(customer);
  recorded = true;
}

void Past::Bind(Customer customer) {
  if (current() != Customer::kNone && current() != customer) return Begin(customer);
  visits.back() = customer;
  recorded = true;
}

void Past::SignOut() {
  const auto here = [this](const Started& one) { return !one.reset && one.visit + 1 == visits.size(); };
  if (current() == Customer::kNone && std::none_of(started.begin(), started.end(), here)) return;
  Begin(Customer::kNone);
}

void Past::Reset() {
  for (Started& one : started) one.reset = true;
  Begin(Customer::kNone);
}

bool Past::Sees(const Started& service, Customer customer) const {
  if (service.reset) return false;
  if (!recorded || service.visit + 1 == visits.size()) return true;
  const Customer whose = customer != Customer::kNone ? customer : visits[service.visit];
  return whose == Customer::kNone || whose == current();
}

const Past::Made* Past::FindMade(std::string_view id) const {
  for (const Made& one : made) {
    if (one.id == id) return &one;
  }
  return nullptr;
}

const Past::Started* Past::FindStarted(std::string_view id) const {
  for (const Started& one : started) {
    if (one.id == id) return &one;
  }
  return nullptr;
}

void Past::Advance(const Facts& from, const Facts& to, Ask ask, Customer customer, uint32_t argument,
                   const std::string& body) {
  if (ask == Ask::kStart) {
    started.push_back({Field(body, "service_id"), static_cast<uint32_t>(visits.size() - 1), false});
  }
  const bool associates = ask == Ask::kAssociate || ask == Ask::kAssociateIds || ask == Ask::kAssociateAs;
  if (ask == Ask::kSignIn || associates) Bind(customer);
  if (ask == Ask::kSignOut) SignOut();
  if (ask == Ask::kReset) Reset();
  if (ask == Ask::kRetry) made[argument].retried = true;
  if (ask == Ask::kPiece) ++pieces;
  if (ask == Ask::kEdit) ++edits;
  for (const auto& [id, association] : to.associations) {
    if (from.associations.count(id) != 0 || !association.part_of.empty()) continue;
    Made& one = made.emplace_back();
    one.id = id;
    one.customer = association.customer;
    one.visit = static_cast<uint32_t>(visits.size() - 1);
    one.undoes = association.undoes;
    for (const auto& [service_id, result] : association.results) {
      const auto service = from.services.find(service_id);
      if (service != from.services.end()) one.before[service_id] = service->second.record;
    }
  }
  for (Made& one : made) one.reset = to.associations.count(one.id) == 0;
}

std::string Past::Key() const {
  std::string key;
  const auto add = [&key](uint32_t number) {
    key += std::to_string(number);
    key += ',';
  };
  for (const Customer customer : visits) add(static_cast<uint32_t>(customer));
  add(recorded ? 1 : 0);
  for (const Started& one : started) add(one.visit * 2 + (one.reset ? 1 : 0));
  for (const Made& one : made) {
    key += one.id + one.undoes;
    add(static_cast<uint32_t>(one.customer) * 4 + (one.retried ? 2 : 0) + (one.reset ? 1 : 0));
    add(one.visit);
    for (const auto& [id, record] : one.before) key += record;
  }
  add(pieces);
  add(edits);
  return key;
}

}  // namespace anon::model
