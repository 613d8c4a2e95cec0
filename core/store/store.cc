#include "store/store.h"

#include <algorithm>

namespace anon {
namespace {

void Insert(ServiceList* list, Service* service) {
  list->insert(std::upper_bound(list->begin(), list->end(), service, ByStart()), service);
}

void Remove(ServiceList* list, Service* service) {
  const auto found = std::lower_bound(list->begin(), list->end(), service, ByStart());
  if (found != list->end() && *found == service) list->erase(found);
}

template <class Index>
void RemoveFrom(Index* index, std::string_view key, Service* service) {
  const auto found = index->find(std::string(key));
  if (found == index->end()) return;
  Remove(&found->second, service);
  if (found->second.empty()) index->erase(found);
}

// When a service's lifetime changes it next. Sums stay far from overflow: instants and durations are bounded
// where they are read.
int64_t DeadlineOf(const std::string& record) {
  int64_t deadline = PeekInteger(record, Tag::kExpires).value_or(Store::kNever);
  if (!PeekInteger(record, Tag::kCompleted)) {
    const auto after = PeekInteger(record, Tag::kAutoCompleteAfter);
    const auto updated = PeekInteger(record, Tag::kUpdated);
    if (after && updated && *after < Store::kNever / 2000) {
      deadline = std::min(deadline, *updated + *after * 1000);
    }
  }
  return deadline;
}

}  // namespace

std::string IdempotencyIndex(int64_t visit, std::string_view key) {
  // No key has a line break in it: it comes in one header.
  return visit == 0 ? std::string(key) : std::to_string(visit) + '\n' + std::string(key);
}

Record Service::Decoded() const {
  Record decoded;
  if (!decoded.Decode(record)) decoded = Record();
  return decoded;
}

bool Store::Apply(const Change& change) {
  Tenant* tenant = TenantFor(change.tenant);
  if (!Record::IsRecord(change.record)) return false;
  switch (change.op) {
    case Op::kPutService:
      PutService(tenant, change);
      return true;
    case Op::kPutState:
    case Op::kPutTask:
      return PutPart(tenant, change);
    case Op::kRemoveService:
      return RemoveService(tenant, change.id);
    case Op::kPutAssociation:
    case Op::kRemoveAssociation:
    case Op::kPutVisit:
    case Op::kRemoveVisit:
      return ChangeNamed(tenant, change);
  }
  return false;
}

void Store::Settle(int64_t now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    Service* service = deadlines_.begin()->second;
    const int64_t due = deadlines_.begin()->first;
    if (PeekInteger(service->record, Tag::kExpires).value_or(kNever) <= due) {
      RemoveService(service->tenant, std::string(service->id));
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
  const auto found = tenant->services.find(std::string(service_id));
  return found == tenant->services.end() ? nullptr : found->second.get();
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
    } else {
      (undo.kind == Undo::Kind::kAssociation ? out->associations : out->services).insert(undo.id);
    }
  }
}

// Calls the visitor with each resource from `from` on: its position, and the service or else the record of
// the association or visit, the other being null. The visitor answers whether to go on.
template <class Visitor>
void Store::Visit(const Position& from, Visitor visitor) const {
  Service first;
  for (auto it = tenants_.lower_bound(from.tenant); it != tenants_.end(); ++it) {
    const Tenant& tenant = *it->second;
    const bool at_first = it->first == from.tenant;
    first.started = at_first ? from.started : INT64_MIN;
    first.id = at_first ? from.id : std::string();
    if (!at_first || from.kind == 0) {
      for (auto one = tenant.by_start.lower_bound(&first); one != tenant.by_start.end(); ++one) {
        const Service* service = *one;
        if (!visitor(Position{it->first, 0, service->started, service->id}, service, nullptr)) return;
      }
    }
    for (const uint8_t kind : {uint8_t{1}, uint8_t{2}}) {
      if (at_first && from.kind > kind) continue;
      const auto& named = kind == 1 ? tenant.associations : tenant.visits;
      const bool inside = at_first && from.kind == kind;
      for (auto one = named.lower_bound(inside ? from.id : std::string()); one != named.end(); ++one) {
        if (!visitor(Position{it->first, kind, INT64_MIN, one->first}, nullptr, &one->second)) return;
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
  Visit(from, [&](const Position& position, const Service* service, const std::string* named) {
    if (dumped >= bytes) {
      *next = position;
      more = true;
      return false;
    }
    const auto put = [&](Op op, size_t index, const std::string& record) {
      out->push_back({op, position.tenant, position.id, static_cast<uint32_t>(index), record});
      dumped += position.id.size() + record.size();
    };
    if (named != nullptr) {
      put(position.kind == 1 ? Op::kPutAssociation : Op::kPutVisit, 0, *named);
      return true;
    }
    put(Op::kPutService, 0, service->record);
    for (size_t i = 0; i < service->states.size(); ++i) put(Op::kPutState, i, service->states[i]);
    for (size_t i = 0; i < service->tasks.size(); ++i) put(Op::kPutTask, i, service->tasks[i]);
    return true;
  });
  return more;
}

void Store::RemoveRange(const Position& from, const Position* to) {
  std::vector<Change> removals;
  Visit(from, [&](const Position& position, const Service*, const std::string*) {
    if (to != nullptr && !(position < *to)) return false;
    constexpr Op kRemovals[] = {Op::kRemoveService, Op::kRemoveAssociation, Op::kRemoveVisit};
    removals.push_back({kRemovals[position.kind], position.tenant, position.id, 0, {}});
    return true;
  });
  for (const Change& removal : removals) Apply(removal);
}

void Store::Clear() { *this = Store(); }

Tenant* Store::TenantFor(const std::string& name) {
  std::unique_ptr<Tenant>& tenant = tenants_[name];
  if (!tenant) {
    tenant = std::make_unique<Tenant>();
    tenant->name = name;
  }
  return tenant.get();
}

void Store::Link(Service* service) {
  Tenant* tenant = service->tenant;
  service->started = PeekInteger(service->record, Tag::kStarted).value_or(0);
  service->active = !PeekInteger(service->record, Tag::kCompleted);
  service->deadline = DeadlineOf(service->record);
  tenant->by_start.insert(service);
  if (const auto customer = service->customer_id(); !customer.empty()) {
    Insert(&tenant->by_customer[std::string(customer)], service);
  } else {
    Insert(&tenant->by_key[std::string(service->contact_key())], service);
  }
  if (const auto key = PeekText(service->record, Tag::kIdempotencyKey); !key.empty()) {
    tenant->by_idempotency.emplace(IdempotencyIndex(service->visit(), key), service);
  }
  if (service->deadline != kNever) deadlines_.emplace(service->deadline, service);
}

void Store::Unlink(Service* service) {
  Tenant* tenant = service->tenant;
  tenant->by_start.erase(service);
  if (const auto customer = service->customer_id(); !customer.empty()) {
    RemoveFrom(&tenant->by_customer, customer, service);
  } else {
    RemoveFrom(&tenant->by_key, service->contact_key(), service);
  }
  if (const auto key = PeekText(service->record, Tag::kIdempotencyKey); !key.empty()) {
    const auto found = tenant->by_idempotency.find(IdempotencyIndex(service->visit(), key));
    if (found != tenant->by_idempotency.end() && found->second == service) {
      tenant->by_idempotency.erase(found);
    }
  }
  deadlines_.erase({service->deadline, service});
}

void Store::PutService(Tenant* tenant, const Change& change) {
  std::unique_ptr<Service>& slot = tenant->services[change.id];
  if (slot) {
    SetRecord(slot.get(), change.record);
    return;
  }
  slot = std::make_unique<Service>();
  slot->tenant = tenant;
  slot->id = change.id;
  slot->record = change.record;
  Link(slot.get());
  ++size_;
  log_.push_back({Undo::Kind::kAdded, tenant, change.id, 0, false, {}, nullptr});
}

void Store::SetRecord(Service* service, std::string record) {
  Unlink(service);
  std::swap(service->record, record);
  Link(service);
  log_.push_back({Undo::Kind::kRecord, service->tenant, service->id, 0, true, std::move(record), nullptr});
}

bool Store::PutPart(Tenant* tenant, const Change& change) {
  const auto found = tenant->services.find(change.id);
  if (found == tenant->services.end()) return false;
  const bool is_state = change.op == Op::kPutState;
  auto& parts = is_state ? found->second->states : found->second->tasks;
  if (change.index > parts.size()) return false;
  Undo undo{is_state ? Undo::Kind::kState : Undo::Kind::kTask,
            tenant,
            change.id,
            change.index,
            change.index < parts.size(),
            {},
            nullptr};
  if (undo.existed) {
    undo.record = std::move(parts[change.index]);
    parts[change.index] = change.record;
  } else {
    parts.push_back(change.record);
  }
  log_.push_back(std::move(undo));
  return true;
}

bool Store::RemoveService(Tenant* tenant, const std::string& id) {
  const auto found = tenant->services.find(id);
  if (found == tenant->services.end()) return false;
  Unlink(found->second.get());
  --size_;
  log_.push_back({Undo::Kind::kRemoved, tenant, id, 0, true, {}, std::move(found->second)});
  tenant->services.erase(found);
  return true;
}

bool Store::ChangeNamed(Tenant* tenant, const Change& change) {
  const bool visit = change.op == Op::kPutVisit || change.op == Op::kRemoveVisit;
  const bool removes = change.op == Op::kRemoveAssociation || change.op == Op::kRemoveVisit;
  const auto& named = visit ? tenant->visits : tenant->associations;
  const auto found = named.find(change.id);
  const bool existed = found != named.end();
  if (removes && !existed) return false;
  log_.push_back({visit ? Undo::Kind::kVisit : Undo::Kind::kAssociation, tenant, change.id, 0, existed,
                  existed ? found->second : std::string(), nullptr});
  const std::string* record = removes ? nullptr : &change.record;
  visit ? SetVisit(tenant, change.id, record) : SetAssociation(tenant, change.id, record);
  return true;
}

void Store::SetVisit(Tenant* tenant, const std::string& id, const std::string* record) {
  if (record == nullptr) {
    tenant->visits.erase(id);
  } else {
    tenant->visits[id] = *record;
  }
}

void Store::SetAssociation(Tenant* tenant, const std::string& id, const std::string* record) {
  const auto found = tenant->associations.find(id);
  if (found != tenant->associations.end()) {
    if (const auto order = PeekInteger(found->second, Tag::kOrder)) tenant->outbox.erase({*order, id});
    tenant->associations.erase(found);
  }
  if (record == nullptr) return;
  tenant->associations.emplace(id, *record);
  if (const auto order = PeekInteger(*record, Tag::kOrder)) {
    tenant->outbox.emplace(*order, id);
    last_order_ = std::max(last_order_, *order);
  }
}

void Store::AutoComplete(Service* service, int64_t at) {
  Tenant* tenant = service->tenant;
  for (const Op op : {Op::kPutState, Op::kPutTask}) {
    const auto& parts = op == Op::kPutState ? service->states : service->tasks;
    for (size_t i = 0; i < parts.size(); ++i) {
      Record part;
      if (!part.Decode(parts[i]) || part.Has(Tag::kCompleted)) continue;
      part.SetInteger(Tag::kCompleted, at);
      PutPart(tenant, {op, tenant->name, service->id, static_cast<uint32_t>(i), part.Encode()});
    }
  }
  Record record = service->Decoded();
  record.SetInteger(Tag::kCompleted, at);
  SetRecord(service, record.Encode());
}

void Store::Revert(Undo* undo) {
  Tenant* tenant = undo->tenant;
  if (undo->kind == Undo::Kind::kAssociation) {
    SetAssociation(tenant, undo->id, undo->existed ? &undo->record : nullptr);
    return;
  }
  if (undo->kind == Undo::Kind::kVisit) {
    SetVisit(tenant, undo->id, undo->existed ? &undo->record : nullptr);
    return;
  }
  if (undo->kind == Undo::Kind::kRemoved) {
    Service* service = undo->service.get();
    tenant->services[undo->id] = std::move(undo->service);
    Link(service);
    ++size_;
    return;
  }
  const auto found = tenant->services.find(undo->id);
  Service* service = found->second.get();
  if (undo->kind == Undo::Kind::kAdded) {
    Unlink(service);
    tenant->services.erase(found);
    --size_;
  } else if (undo->kind == Undo::Kind::kRecord) {
    Unlink(service);
    service->record = std::move(undo->record);
    Link(service);
  } else {
    auto& parts = undo->kind == Undo::Kind::kState ? service->states : service->tasks;
    if (undo->existed) {
      parts[undo->index] = std::move(undo->record);
    } else {
      parts.pop_back();
    }
  }
}

}  // namespace anon
