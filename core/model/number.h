// Numbers that are too large for a double, known without making one of them.
#ifndef ANON_MODEL_NUMBER_H_
#define ANON_MODEL_NUMBER_H_

#include <string_view>

namespace anon {

/// The largest double is a little less than 1.8 * 10^308: an integer of no more digits than this is finite.
inline constexpr int kLargestExponent = 308;

/// Of a number that is well-formed JSON: whether its value as a double is infinite. Decided by its digits,
/// exactly as rounding half to even decides it.
[[nodiscard]] bool IsInfinite(std::string_view number);

}  // namespace anon

#endif  // ANON_MODEL_NUMBER_H_
