// Errors as values: one enum, one table. Nothing in the core throws; a function that can fail says so in
// its type. A message is written for the caller: which field, what was wrong, what is accepted. It never
// holds a contact key.
#ifndef ANON_MODEL_ERROR_H_
#define ANON_MODEL_ERROR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/text.h"

namespace anon {

enum class Code : uint8_t {
  kNotFound,              ///< no such service, state, task, association or attribute
  kInvalid,               ///< a field, parameter or body that the contract does not accept
  kUnauthorized,          ///< no credentials
  kForbidden,             ///< the credentials do not hold the role
  kCustomerMismatch,      ///< a body that claims another customer than the credentials
  kNoSuchPath,            ///< a path that no operation has
  kMethodNotAllowed,      ///< the path exists, the method does not
  kConflict,              ///< the resource is not in a state that allows it
  kUnverified,            ///< a service that needs an explicit yes to be handed over
  kTooLarge,              ///< a body or a resource over its limit
  kUnsupportedMediaType,  ///< a body that is not JSON
};

struct CodeInfo {
  int status;             ///< HTTP status (contract section 2)
  const char* word;       ///< the stable machine word sent as `code`
  const char* exception;  ///< the class sent as `exception`
};

struct Error {
  Code code;
  std::string message;
};

/// Empty means success.
using Failure = std::optional<Error>;

[[nodiscard]] const CodeInfo& Info(Code code);

/// The wire form: {"message":…,"exception":…,"code":…}.
[[nodiscard]] std::string ErrorBody(const Error& error);

/// Of this code, with a message that is put together from pieces.
[[nodiscard]] Error Failed(Code code, Pieces message);

template <class... Piece>
[[nodiscard]] Error Invalid(const Piece&... message) {
  return Failed(Code::kInvalid, {std::string_view(message)...});
}
template <class... Piece>
[[nodiscard]] Error Conflict(const Piece&... message) {
  return Failed(Code::kConflict, {std::string_view(message)...});
}
template <class... Piece>
[[nodiscard]] Error TooLarge(const Piece&... message) {
  return Failed(Code::kTooLarge, {std::string_view(message)...});
}

}  // namespace anon

#endif  // ANON_MODEL_ERROR_H_
