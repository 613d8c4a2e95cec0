// Contact keys, customer ids and other names that callers give.
#ifndef ANON_MODEL_KEYS_H_
#define ANON_MODEL_KEYS_H_

#include <string_view>

#include "model/error.h"

namespace anon {

/// 1 to 256 bytes, not blank, no control characters.
[[nodiscard]] Failure CheckKey(std::string_view field, std::string_view value);

/// CheckKey, and not one of the words that a broken page sends in place of an id (contract section 6).
[[nodiscard]] Failure CheckCustomerId(std::string_view value);

}  // namespace anon

#endif  // ANON_MODEL_KEYS_H_
