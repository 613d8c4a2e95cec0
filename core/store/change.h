// What an operation does to the store, as assignments: each change says what a resource is from now on, never
// how to get there. Replaying a change twice is the same as once, and the last one for a resource wins, so a
// snapshot is nothing but the changes that rebuild the present.
//
//   change  = op u8, tenant bytes, id bytes, index varint, record bytes      (bytes = length varint, bytes)
//   entry   = clock zigzag varint, change*                                   (one operation: all or none)
//
// `entry` is the payload of one journal record; `clock` is the store's clock (ms) when the operation ran.
#ifndef ANON_STORE_CHANGE_H_
#define ANON_STORE_CHANGE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace anon {

enum class Op : uint8_t {
  kPutService = 1,
  kPutState = 2,  ///< `index` is the state's id: the next free one, or one that exists
  kPutTask = 3,
  kRemoveService = 4,
  kPutAssociation = 5,
  kRemoveAssociation = 6,
  kPutVisit = 7,  ///< from format version 3 on
  kRemoveVisit = 8,
};

/// Views, into an entry or a store.
struct Change {
  Op op{};
  std::string_view tenant;
  std::string_view id;      ///< service, association or visit
  uint32_t index = 0;       ///< state or task
  std::string_view record;  ///< encoded Record, empty for removals
};

void AppendChange(std::string* out, const Change& change);

void BeginEntry(std::string* out, int64_t clock);

/// Takes the changes of an entry one by one. Nothing of a payload that turns out to be none may be applied.
class EntryReader {
 public:
  explicit EntryReader(std::string_view payload);
  [[nodiscard]] int64_t clock() const { return clock_; }
  /// False at the end, and where the payload is no entry.
  bool Next(Change* out);
  /// Whether the end was reached, and everything was good.
  [[nodiscard]] bool Done() const { return good_ && reader_.Done(); }

 private:
  ByteReader reader_;
  int64_t clock_ = 0;
  bool good_;
};

}  // namespace anon

#endif  // ANON_STORE_CHANGE_H_
