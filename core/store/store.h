// The state in memory: services with their states and tasks, associations, visits, and the indexes over them.
// A pure function of the changes applied and of the clock handed in; knows no operation and no rule of the
// contract but lifetime (ttl, expiration_time, auto_complete_after).
//
// Every mutation is remembered until Forget(), so that a failed operation or a rejected commit can be undone.
#ifndef ANON_STORE_STORE_H_
#define ANON_STORE_STORE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/record.h"
#include "store/change.h"
#include "store/piece.h"

namespace anon {

struct Tenant;

/// One service. The records stay encoded; decode what is needed.
struct Service {
  Tenant* tenant = nullptr;
  std::string id;
  std::string record;
  std::vector<std::string> states;  ///< encoded, by state_id
  std::vector<std::string> tasks;   ///< encoded, by task_id
  int64_t started = 0;              ///< ms
  int64_t deadline = 0;             ///< ms at which its lifetime changes it next; kNever if at no time
  bool active = true;

  [[nodiscard]] Record Decoded() const;
  [[nodiscard]] std::string_view contact_key() const { return PeekText(record, Tag::kContactKey); }
  [[nodiscard]] std::string_view customer_id() const { return PeekText(record, Tag::kCustomerId); }
  [[nodiscard]] std::string_view group() const { return PeekText(record, Tag::kGroup); }
  [[nodiscard]] int64_t visit() const { return PeekInteger(record, Tag::kVisit).value_or(0); }
};

struct ByStart {
  bool operator()(const Service* a, const Service* b) const {
    return a->started != b->started ? a->started < b->started : a->id < b->id;
  }
};

/// Services in ascending start time, then id.
using ServiceList = std::vector<Service*>;

/// Everything of one ContactCenterId. Nothing leads from one tenant to another.
struct Tenant {
  std::string name;
  std::unordered_map<std::string, std::unique_ptr<Service>> services;
  std::set<Service*, ByStart> by_start;
  std::unordered_map<std::string, ServiceList> by_key;  ///< anonymous services only
  std::unordered_map<std::string, ServiceList> by_customer;
  std::unordered_map<std::string, Service*> by_idempotency;  ///< by IdempotencyIndex
  std::map<std::string, std::string> associations;           ///< encoded records (association/association.h)
  std::set<std::pair<int64_t, std::string>>
      outbox;                                 ///< associations with an order, the oldest first, and their ids
  std::map<std::string, std::string> visits;  ///< encoded records (store/visit.h), the last is current
};

/// Under which a service is found again: idempotency keys of two visits have nothing to do with each other.
[[nodiscard]] std::string IdempotencyIndex(int64_t visit, std::string_view key);

/// What a commit touched, for the page's change event.
struct Touched {
  std::set<std::string> services;
  std::set<std::string> associations;
  bool visits = false;
};

class Store {
 public:
  static constexpr int64_t kNever = INT64_MAX;

  /// False for a change that does not fit (a state of an unknown service, an index beyond the next): it is
  /// then skipped, nothing happens.
  bool Apply(const Change& change);

  /// Lets time pass up to `now`: expired services go, services idle for auto_complete_after end together with
  /// their states and tasks. Costs only what is due.
  void Settle(int64_t now);

  [[nodiscard]] const Tenant* FindTenant(std::string_view name) const;
  [[nodiscard]] const Service* Find(std::string_view tenant, std::string_view service_id) const;
  [[nodiscard]] const std::map<std::string, std::unique_ptr<Tenant>, std::less<>>& tenants() const {
    return tenants_;
  }

  /// Undo. A mark is a depth of the log; UndoTo takes back everything after it.
  [[nodiscard]] size_t Mark() const { return log_.size(); }
  void UndoTo(size_t mark);
  void Forget() { log_.clear(); }

  /// Everything as changes, in the order of Position.
  void Dump(std::vector<Change>* out) const;
  /// The same from `from` on, up to the resource with which `bytes` are reached. False if that was the end;
  /// else `next` is where to go on.
  bool DumpFrom(const Position& from, size_t bytes, std::vector<Change>* out, Position* next) const;
  /// Removes all that stands from `from` on and before `to`; to the end if `to` is null.
  void RemoveRange(const Position& from, const Position* to);

  /// Greater than that of every association seen so far.
  [[nodiscard]] int64_t NextOrder() const { return last_order_ + 1; }

  /// Adds the ids of everything that was changed since the last Forget() and not undone.
  void CollectTouched(Touched* out) const;
  [[nodiscard]] size_t size() const { return size_; }
  void Clear();

 private:
  struct Undo {
    enum class Kind : uint8_t { kRecord, kAdded, kRemoved, kState, kTask, kAssociation, kVisit } kind;
    Tenant* tenant = nullptr;
    std::string id;
    uint32_t index = 0;
    bool existed = false;
    std::string record;
    std::unique_ptr<Service> service;
  };

  Tenant* TenantFor(const std::string& name);
  void Link(Service* service);
  void Unlink(Service* service);
  void PutService(Tenant* tenant, const Change& change);
  bool PutPart(Tenant* tenant, const Change& change);
  bool RemoveService(Tenant* tenant, const std::string& id);
  bool ChangeNamed(Tenant* tenant, const Change& change);
  void SetAssociation(Tenant* tenant, const std::string& id, const std::string* record);
  static void SetVisit(Tenant* tenant, const std::string& id, const std::string* record);
  void SetRecord(Service* service, std::string record);
  void AutoComplete(Service* service, int64_t at);
  template <class Visitor>
  void Visit(const Position& from, Visitor visitor) const;
  void Revert(Undo* undo);

  std::map<std::string, std::unique_ptr<Tenant>, std::less<>> tenants_;
  std::set<std::pair<int64_t, Service*>> deadlines_;
  std::vector<Undo> log_;
  int64_t last_order_ = 0;
  size_t size_ = 0;
};

}  // namespace anon

#endif  // ANON_STORE_STORE_H_
