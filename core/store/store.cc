#include "store/store.h"

#include <algorithm>

#include "store/visit.h"

namespace anon {
namespace {

// Sorts as the order does, then the id.
std::string OutboxKey(int64_t order, std::string_view id) {
  std::string key;
  for (int shift = 56; shift >= 0; shift -= 8) key += static_cast<char>(order >> shift & 0xFF);
  return key.append(id);
}

// About what a resource takes in an entry, beside its id and record.
constexpr size_t kOverhead = 20;

size_t BytesOf(std::string_view id, std::string_view record) { return kOverhead + id.size() + record.size(); }

size_t BytesOf(const Service& service) {
  size_t bytes = BytesOf(service.id(), service.record);
  for (const Text& part : service.states()) bytes += BytesOf(service.id(), part);
  for (const Text& part : service.tasks()) bytes += BytesOf(service.id(), part);
  return bytes;
}

bool SameOwner(const Facts& one, const Facts& other) {
  if (one.customer != other.customer) return false;
  return !one.customer.empty() || one.contact_key == other.contact_key;
}

}  // namespace

Tenant::Tenant(std::string_view tenant)
    : name(tenant),
      services([](const Service& service) { return service.id(); }),
      by_key([](const Service& service) { return service.contact_key(); }),
      by_customer([](const Service& service) { return service.customer_id(); }),
      by_idempotency([](const Service& service) { return service.idempotency_key(); }),
      by_visit([](const Service& service) { return KeyOfVisit(service.visit); }) {}

Tenant::~Tenant() {
  for (Service* service : by_start) Service::Deleter()(service);
}

bool Store::Apply(const Change& change) {
  Tenant* tenant = TenantFor(change.tenant);
  if (change.op == Op::kPutService) return PutService(tenant, change);
  if (!Record::IsRecord(change.record)) return false;
  switch (change.op) {
    case Op::kPutAssociation:
    case Op::kRemoveAssociation:
    case Op::kPutVisit:
    case Op::kRemoveVisit:
      return ChangeNamed(tenant, change);
    default:
      break;
  }
  const Index::Range found = tenant->services.Find(change.id);
  if (found.empty()) return false;
  return change.op == Op::kRemoveService ? RemoveService(*found.first) : PutPart(*found.first, change);
}

void Store::Settle(int64_t now) {
  for (auto first = deadlines_.begin(); !first.done() && (*first)->deadline <= now;
       first = deadlines_.begin()) {
    Service* service = *first;
    const int64_t due = service->deadline;
    if (PeekInteger(service->record, Tag::kExpires).value_or(kNever) <= due) {
      RemoveService(service);
    } else {
      AutoComplete(service, due);
    }
  }
}

const Tenant* Store::FindTenant(std::string_view name) const {
  const auto found = tenants_.find(name);
  return found == tenants_.end() ? nullptr : found->second.get();
}

const Service* Store::Find(std::string_view tenant_name, std::string_view service_id) const {
  const Tenant* tenant = FindTenant(tenant_name);
  if (tenant == nullptr) return nullptr;
  const Index::Range found = tenant->services.Find(service_id);
  return found.empty() ? nullptr : *found.first;
}

void Store::UndoTo(size_t mark) {
  while (log_.size() > mark) {
    Undo undo = std::move(log_.back());
    log_.pop_back();
    Revert(&undo);
  }
}

void Store::CollectTouched(Touched* out) const {
  for (const Undo& undo : log_) {
    if (undo.kind == Undo::Kind::kVisit) {
      out->visits = true;
    } else if (undo.kind == Undo::Kind::kAssociation) {
      out->associations.emplace_back(undo.id);
    } else if (undo.service->touched != out->list) {
      undo.service->touched = out->list;
      out->services.emplace_back(undo.service->id());
    }
  }
}

// Calls the visitor with each resource from `from` on: its position, and the service or else the record of
// the association or visit, the other being null. The visitor answers whether to go on.
template <class Visitor>
void Store::Visit(const Position& from, Visitor visitor) const {
  for (auto it = tenants_.lower_bound(from.tenant); it != tenants_.end(); ++it) {
    const Tenant& tenant = *it->second;
    const bool at_first = it->first == from.tenant;
    if (!at_first || from.kind == 0) {
      auto one = at_first ? tenant.by_start.From(from.started, from.id) : tenant.by_start.begin();
      for (; !one.done(); one.Next()) {
        const Service* service = *one;
        if (!visitor(PositionView{it->first, 0, service->started, service->id()}, service, nullptr)) return;
      }
    }
    for (const uint8_t kind : {uint8_t{1}, uint8_t{2}}) {
      if (at_first && from.kind > kind) continue;
      const TextMap& named = kind == 1 ? tenant.associations : tenant.visits;
      const bool inside = at_first && from.kind == kind;
      for (auto one = named.lower_bound(inside ? from.id : std::string()); one != named.end(); ++one) {
        if (!visitor(PositionView{it->first, kind, INT64_MIN, one->first}, nullptr, &one->second)) return;
      }
    }
  }
}

void Store::Dump(std::vector<Change>* out) const {
  Position next;
  DumpFrom(Position(), SIZE_MAX, out, &next);
}

bool Store::DumpFrom(const Position& from, size_t bytes, std::vector<Change>* out, Position* next) const {
  size_t dumped = 0;
  bool more = false;
  Visit(from, [&](const PositionView& position, const Service* service, const std::string* named) {
    if (dumped >= bytes) {
      *next = Position(position);
      more = true;
      return false;
    }
    const auto put = [&](Op op, size_t index, std::string_view record) {
      out->push_back({op, position.tenant, position.id, static_cast<uint32_t>(index), record});
      dumped += position.id.size() + record.size();
    };
    if (named != nullptr) {
      put(position.kind == 1 ? Op::kPutAssociation : Op::kPutVisit, 0, *named);
      return true;
    }
    put(Op::kPutService, 0, service->record);
    const std::vector<Text>& states = service->states();
    const std::vector<Text>& tasks = service->tasks();
    for (size_t i = 0; i < states.size(); ++i) put(Op::kPutState, i, states[i]);
    for (size_t i = 0; i < tasks.size(); ++i) put(Op::kPutTask, i, tasks[i]);
    return true;
  });
  return more;
}

void Store::RemoveRange(const Position& from, const Position* to) {
  std::vector<std::pair<Position, Op>> removals;
  Visit(from, [&](const PositionView& position, const Service*, const std::string*) {
    Position here(position);
    if (to != nullptr && !(here < *to)) return false;
    constexpr Op kRemovals[] = {Op::kRemoveService, Op::kRemoveAssociation, Op::kRemoveVisit};
    removals.emplace_back(std::move(here), kRemovals[position.kind]);
    return true;
  });
  for (const auto& [position, op] : removals) Apply({op, position.tenant, position.id, 0, {}});
}

void Store::Clear() { *this = Store(); }

Tenant* Store::TenantFor(std::string_view name) {
  const auto found = tenants_.find(name);
  if (found != tenants_.end()) return found->second.get();
  return tenants_.emplace(name, std::make_unique<Tenant>(name)).first->second.get();
}

void Store::Link(Service* service, const Facts& facts) {
  Tenant* tenant = service->tenant;
  service->started = facts.started;
  service->visit = facts.visit;
  tenant->by_start.Add(service);
  tenant->by_visit.Add(KeyOfVisit(facts.visit), service);
  if (facts.customer.empty()) {
    tenant->by_key.Add(facts.contact_key, service);
  } else {
    tenant->by_customer.Add(facts.customer, service);
  }
  if (!facts.idempotency_key.empty()) tenant->by_idempotency.Add(facts.idempotency_key, service);
}

void Store::Unlink(Service* service, const Facts& facts) {
  Tenant* tenant = service->tenant;
  tenant->by_start.Remove(service);
  tenant->by_visit.Remove(KeyOfVisit(facts.visit), service);
  if (facts.customer.empty()) {
    tenant->by_key.Remove(facts.contact_key, service);
  } else {
    tenant->by_customer.Remove(facts.customer, service);
  }
  if (!facts.idempotency_key.empty()) tenant->by_idempotency.Remove(facts.idempotency_key, service);
}

void Store::SetLifetime(Service* service, const Facts& facts) {
  service->active = !facts.completed;
  const int64_t deadline = facts.Deadline();
  if (deadline == service->deadline) return;
  if (service->deadline != kNever) deadlines_.Remove(service);
  service->deadline = deadline;
  if (deadline != kNever) deadlines_.Add(service);
}

void Store::Add(Service* service, const Facts& facts) {
  Link(service, facts);
  SetLifetime(service, facts);
  service->tenant->services.Add(service->id(), service);
  ++size_;
  bytes_ += BytesOf(*service);
}

void Store::Remove(Service* service) {
  Facts facts;
  (void)facts.Read(service->record);
  Unlink(service, facts);
  if (service->deadline != kNever) deadlines_.Remove(service);
  service->deadline = kNever;
  service->tenant->services.Remove(service->id(), service);
  --size_;
  bytes_ -= BytesOf(*service);
}

Text Store::SetRecord(Service* service, Text record, const Facts& facts) {
  Facts before;
  (void)before.Read(service->record);
  const bool moves = before.started != facts.started || !SameOwner(before, facts) ||
                     before.idempotency_key != facts.idempotency_key || before.visit != facts.visit;
  if (moves) Unlink(service, before);
  std::swap(service->record, record);
  bytes_ += std::string_view(service->record).size() - std::string_view(record).size();
  if (moves) Link(service, facts);
  SetLifetime(service, facts);
  return record;
}

bool Store::PutService(Tenant* tenant, const Change& change) {
  // The record first: what is found in it points into the copy that is kept.
  Text record(change.record);
  Facts facts;
  if (!facts.Read(record)) return false;
  const Index::Range found = tenant->services.Find(change.id);
  Undo& undo = log_.emplace_back();
  undo.tenant = tenant;
  if (!found.empty()) {
    undo.kind = Undo::Kind::kRecord;
    undo.service = *found.first;
    undo.record = SetRecord(undo.service, std::move(record), facts);
    return true;
  }
  undo.kind = Undo::Kind::kAdded;
  undo.service = Service::New(tenant, change.id).release();
  undo.service->record = std::move(record);
  Add(undo.service, facts);
  return true;
}

bool Store::PutPart(Service* service, const Change& change) {
  const bool is_state = change.op == Op::kPutState;
  if (change.index > (is_state ? service->states() : service->tasks()).size()) return false;
  std::vector<Text>* parts = is_state ? service->change_states() : service->change_tasks();
  Undo& undo = log_.emplace_back();
  undo.kind = is_state ? Undo::Kind::kState : Undo::Kind::kTask;
  undo.service = service;
  undo.index = change.index;
  undo.existed = change.index < parts->size();
  if (undo.existed) {
    undo.record = std::exchange((*parts)[change.index], Text(change.record));
    bytes_ += change.record.size() - std::string_view(undo.record).size();
  } else {
    parts->emplace_back(change.record);
    bytes_ += BytesOf(service->id(), change.record);
  }
  return true;
}

bool Store::RemoveService(Service* service) {
  Remove(service);
  Undo& undo = log_.emplace_back();
  undo.kind = Undo::Kind::kRemoved;
  undo.service = service;
  undo.removed.reset(service);
  return true;
}

bool Store::ChangeNamed(Tenant* tenant, const Change& change) {
  const bool visit = change.op == Op::kPutVisit || change.op == Op::kRemoveVisit;
  const bool removes = change.op == Op::kRemoveAssociation || change.op == Op::kRemoveVisit;
  const TextMap& named = visit ? tenant->visits : tenant->associations;
  const auto found = named.find(change.id);
  const bool existed = found != named.end();
  if (removes && !existed) return false;
  Undo& undo = log_.emplace_back();
  undo.kind = visit ? Undo::Kind::kVisit : Undo::Kind::kAssociation;
  undo.tenant = tenant;
  undo.id = Text(change.id);
  undo.existed = existed;
  if (existed) undo.record = Text(found->second);
  const std::string_view* record = removes ? nullptr : &change.record;
  visit ? SetNamed(&tenant->visits, undo.id, record) : SetAssociation(tenant, undo.id, record);
  return true;
}

void Store::SetNamed(TextMap* named, std::string_view id, const std::string_view* record) {
  const auto found = named->find(id);
  if (found != named->end()) {
    bytes_ -= BytesOf(id, found->second);
    named->erase(found);
  }
  if (record == nullptr) return;
  bytes_ += BytesOf(id, *record);
  named->emplace(id, *record);
}

void Store::SetAssociation(Tenant* tenant, std::string_view id, const std::string_view* record) {
  const auto found = tenant->associations.find(id);
  if (found != tenant->associations.end()) {
    if (const auto order = PeekInteger(found->second, Tag::kOrder))
      SetNamed(&tenant->outbox, OutboxKey(*order, id), nullptr);
  }
  SetNamed(&tenant->associations, id, record);
  if (record == nullptr) return;
  if (const auto order = PeekInteger(*record, Tag::kOrder)) {
    SetNamed(&tenant->outbox, OutboxKey(*order, id), &id);
    last_order_ = std::max(last_order_, *order);
  }
}

void Store::AutoComplete(Service* service, int64_t at) {
  for (const Op op : {Op::kPutState, Op::kPutTask}) {
    const std::vector<Text>& parts = op == Op::kPutState ? service->states() : service->tasks();
    for (size_t i = 0; i < parts.size(); ++i) {
      Record part;
      if (!part.Decode(parts[i]) || part.Has(Tag::kCompleted)) continue;
      part.SetInteger(Tag::kCompleted, at);
      const std::string ended = part.Encode();
      PutPart(service, {op, {}, {}, static_cast<uint32_t>(i), ended});
    }
  }
  Record record = service->Decoded();
  record.SetInteger(Tag::kCompleted, at);
  const std::string ended = record.Encode();
  PutService(service->tenant, {Op::kPutService, {}, service->id(), 0, ended});
}

void Store::Revert(Undo* undo) {
  const std::string_view record = undo->record;
  Service* service = undo->service;
  Facts facts;
  switch (undo->kind) {
    case Undo::Kind::kAssociation:
      SetAssociation(undo->tenant, undo->id, undo->existed ? &record : nullptr);
      break;
    case Undo::Kind::kVisit:
      SetNamed(&undo->tenant->visits, undo->id, undo->existed ? &record : nullptr);
      break;
    case Undo::Kind::kRemoved:
      undo->removed.release();
      (void)facts.Read(service->record);
      Add(service, facts);
      break;
    case Undo::Kind::kAdded:
      Remove(service);
      Service::Deleter()(service);
      break;
    case Undo::Kind::kRecord:
      (void)facts.Read(record);
      SetRecord(service, std::move(undo->record), facts);
      break;
    case Undo::Kind::kState:
    case Undo::Kind::kTask: {
      auto* parts = undo->kind == Undo::Kind::kState ? service->change_states() : service->change_tasks();
      if (undo->existed) {
        bytes_ += record.size() - std::string_view((*parts)[undo->index]).size();
        (*parts)[undo->index] = std::move(undo->record);
      } else {
        bytes_ -= BytesOf(service->id(), parts->back());
        parts->pop_back();
      }
      break;
    }
  }
}

}  // namespace anon
