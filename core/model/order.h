// Sorting by number: one sort for all that is sorted here, so that there is not one of each type.
#ifndef ANON_MODEL_ORDER_H_
#define ANON_MODEL_ORDER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace anon {

/// The numbers from 0 on in the order that `compare` gives: below 0 if a comes before b, above 0 if behind.
/// Equal ones stay as they are. Takes count * log(count) comparisons at most.
[[nodiscard]] std::vector<uint32_t> Ordered(size_t count, const void* context,
                                            int (*compare)(const void* context, uint32_t a, uint32_t b));

template <class Compare>
[[nodiscard]] std::vector<uint32_t> Ordered(size_t count, const Compare& compare) {
  return Ordered(count, &compare, [](const void* context, uint32_t a, uint32_t b) {
    return (*static_cast<const Compare*>(context))(a, b);
  });
}

/// The same by a key for each number.
[[nodiscard]] std::vector<uint32_t> OrderedBy(const std::vector<int64_t>& keys);

}  // namespace anon

#endif  // ANON_MODEL_ORDER_H_
