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
#include <string>
#include <string_view>
#include <vector>

#include "model/record.h"
#include "store/change.h"
#include "store/index.h"
#include "store/piece.h"
#include "store/service.h"
#include "store/time_order.h"

namespace anon {

using TextMap = std::map<std::string, std::string, std::less<>>;

/// Everything of one ContactCenterId. Nothing leads from one tenant to another.
struct Tenant {
  std::string name;
  Index services;  ///< by id, each owned by the store
  TimeOrder by_start{&Service::started};
  Index by_key;  ///< anonymous services only
  Index by_customer;
  Index by_idempotency;  ///< of every visit: keys of two visits have nothing to do with each other
  Index by_visit;        ///< by KeyOfVisit (store/visit.h)
  TextMap associations;  ///< encoded records (association/association.h)
  TextMap outbox;        ///< ids of associations with an order, by that: the oldest first
  TextMap visits;        ///< encoded records (store/visit.h), the last is current

  explicit Tenant(std::string_view name);
  ~Tenant();
};

/// Ids of what was touched, for the page's change event.
struct Touched {
  std::vector<std::string> services;  ///< each once
  std::vector<std::string> associations;
  bool visits = false;
  uint32_t list = 1;  ///< number of this list; each has another

  void Forget() { *this = {{}, {}, false, list + 1}; }
};

class Store {
 public:
  static constexpr int64_t kNever = Service::kNever;

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

  /// Everything as changes, in the order of Position. Views into the store.
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
  /// About the bytes of a dump.
  [[nodiscard]] size_t bytes() const { return bytes_; }
  void Clear();

 private:
  struct Undo {
    enum class Kind : uint8_t { kRecord, kAdded, kRemoved, kState, kTask, kAssociation, kVisit } kind;
    bool existed = false;
    uint32_t index = 0;
    Tenant* tenant = nullptr;
    Service* service = nullptr;
    Service::Owner removed;
    Text id;      ///< of an association or visit
    Text record;  ///< as it was
  };

  Tenant* TenantFor(std::string_view name);
  /// Puts a service with its record into the indexes, and takes it out. `facts` are those of its record.
  void Add(Service* service, const Facts& facts);
  void Remove(Service* service);
  void Link(Service* service, const Facts& facts);
  void Unlink(Service* service, const Facts& facts);
  void SetLifetime(Service* service, const Facts& facts);
  /// Answers the record before; `facts` are those of the new one.
  Text SetRecord(Service* service, Text record, const Facts& facts);
  bool PutService(Tenant* tenant, const Change& change);
  bool PutPart(Service* service, const Change& change);
  bool RemoveService(Service* service);
  bool ChangeNamed(Tenant* tenant, const Change& change);
  void SetAssociation(Tenant* tenant, std::string_view id, const std::string_view* record);
  void SetNamed(TextMap* named, std::string_view id, const std::string_view* record);
  void AutoComplete(Service* service, int64_t at);
  template <class Visitor>
  void Visit(const Position& from, Visitor visitor) const;
  void Revert(Undo* undo);

  std::map<std::string, std::unique_ptr<Tenant>, std::less<>> tenants_;
  TimeOrder deadlines_{&Service::deadline};
  std::vector<Undo> log_;
  int64_t last_order_ = 0;
  size_t size_ = 0;
  size_t bytes_ = 0;
};

}  // namespace anon

#endif  // ANON_STORE_STORE_H_
