#include "model/keys.h"

#include <algorithm>

#include "model/ascii.h"
#include "model/json.h"

namespace anon {

Failure CheckKey(std::string_view field, std::string_view value) {
  if (value.empty() || value.size() > 256) {
    return Invalid(field, ": 1 to 256 bytes are accepted");
  }
  const bool control = std::any_of(value.begin(), value.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  const bool blank = value.find_first_not_of(' ') == std::string_view::npos;
  if (control || blank || !ValidUtf8(value)) {
    return Invalid(field, ": UTF-8 text without control characters, not blank, is accepted");
  }
  return std::nullopt;
}

Failure CheckCustomerId(std::string_view value) {
  if (auto failure = CheckKey("customer_id", value)) return failure;
  constexpr std::string_view kJunk[] = {
      "null",      "undefined", "nan",     "none", "nil",   "[object object]",
      "anonymous", "guest",     "unknown", "true", "false", "infinity",
      "-infinity", "0",         "-1",      "{}",   "[]",    "not_authenticated",
      "(null)"};
  value.remove_prefix(value.find_first_not_of(' '));
  value = value.substr(0, value.find_last_not_of(' ') + 1);
  for (const std::string_view junk : kJunk) {
    if (!IsAnyCase(value, junk)) continue;
    return Invalid(
        "customer_id: this is a word that a page sends when it has no id; a real customer id is expected");
  }
  return std::nullopt;
}

}  // namespace anon
