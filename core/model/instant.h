// Points in time: milliseconds since 1970-01-01T00:00:00Z in the core, ISO 8601 on the wire (contract
// section 2: UTC with milliseconds and Z; other offsets are accepted).
#ifndef ANON_MODEL_INSTANT_H_
#define ANON_MODEL_INSTANT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace anon {

/// 9999-12-31T23:59:59.999Z; the first accepted year is 0001.
inline constexpr int64_t kLatestInstant = 253402300799999;
inline constexpr int64_t kEarliestInstant = -62135596800000;

/// `2026-11-24T10:00:00.123Z`, with `+01:00`/`+0100` in place of `Z`, fraction optional and cut to
/// milliseconds. Empty for anything else, dates that do not exist included.
[[nodiscard]] std::optional<int64_t> ParseInstant(std::string_view text);

/// The wire form; what lies outside the years 0001 to 9999 is shown as their first or last instant.
[[nodiscard]] std::string FormatInstant(int64_t ms);

}  // namespace anon

#endif  // ANON_MODEL_INSTANT_H_
