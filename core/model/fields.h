// The names that events and resources use (contract sections 3 and 4): which field belongs to which event,
// its type and its limit, and which names no extension may have.
#ifndef ANON_MODEL_FIELDS_H_
#define ANON_MODEL_FIELDS_H_

#include <cstdint>
#include <string_view>

#include "model/event.h"

namespace anon {

struct Field {
  enum class Kind : uint8_t {
    kText,      ///< string of at most `most` characters
    kWord,      ///< string or integer
    kSeconds,   ///< integer, not negative
    kInstant,   ///< ISO 8601 text
    kIndex,     ///< id of a state or task: integer from 0 to 2^31 - 1
    kKey,       ///< contact key
    kCustomer,  ///< customer id
    kPart,      ///< object, left to the caller
    kNone,      ///< no field of an event
  };

  std::string_view name;
  uint16_t events;  ///< a bit for each EventKind that has it
  uint8_t
      owners;  ///< a bit for each Resource whose JSON uses the name itself: an extension would appear twice
  Kind kind = Kind::kNone;
  Tag tag{};
  uint8_t most = 0;

  [[nodiscard]] bool IsOf(EventKind event) const { return (events >> static_cast<unsigned>(event) & 1) != 0; }
  [[nodiscard]] bool IsOf(Resource owner) const { return (owners >> static_cast<unsigned>(owner) & 1) != 0; }
};

/// Null for every other name.
[[nodiscard]] const Field* FindField(std::string_view name);

}  // namespace anon

#endif  // ANON_MODEL_FIELDS_H_
