// Services by a text of theirs: id, contact key, customer, idempotency key. A hash table with open
// addressing; a key with one service, which most are, costs one slot and nothing else. One class for all, not
// a template: what differs is the key, and that only matters when hashes are equal.
#ifndef ANON_STORE_INDEX_H_
#define ANON_STORE_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "store/service.h"

namespace anon {

/// Services in ascending start time, then id.
using ServiceList = std::vector<Service*>;

[[nodiscard]] bool StartsBefore(const Service* a, const Service* b);

class Index {
 public:
  using KeyOf = std::string_view (*)(const Service&);
  /// A view of services; valid until the next change of the index.
  struct Range {
    Service* const* first = nullptr;
    Service* const* last = nullptr;
    [[nodiscard]] Service* const* begin() const { return first; }
    [[nodiscard]] Service* const* end() const { return last; }
    [[nodiscard]] bool empty() const { return first == last; }
  };

  explicit Index(KeyOf key_of) : key_of_(key_of) {}
  ~Index();
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  /// In ascending start time, then id.
  [[nodiscard]] Range Find(std::string_view key) const;
  /// `service` is not there yet; `key` is its key.
  void Add(std::string_view key, Service* service);
  /// `service` is there, with the key and the start that it was added with.
  void Remove(std::string_view key, Service* service);

 private:
  /// Services in one block, more than one.
  struct List {
    size_t room;
    Service* first[1];  ///< as many as there is room for
  };
  struct Slot {
    union {
      Service* one;
      List* many;
    };
    uint32_t hash;
    uint32_t count;  ///< 0: the slot is free
  };

  [[nodiscard]] static List* NewList(size_t room);
  [[nodiscard]] static Range In(const Slot& slot);
  /// The slot of that key, or the free one where it belongs.
  [[nodiscard]] Slot* SlotOf(std::string_view key, uint32_t hash) const;
  void Grow();
  void Free(Slot* slot);

  KeyOf key_of_;
  std::unique_ptr<Slot[]> slots_;
  size_t mask_ = 0;  ///< number of slots - 1, a power of two; 0 while there are none
  size_t used_ = 0;
};

}  // namespace anon

#endif  // ANON_STORE_INDEX_H_
