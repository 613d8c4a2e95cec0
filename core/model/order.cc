#include "model/order.h"

#include <utility>

namespace anon {

// Heapsort: no case is slow, and it needs no second list.
std::vector<uint32_t> Ordered(size_t count, const void* context,
                              int (*compare)(const void* context, uint32_t a, uint32_t b)) {
  std::vector<uint32_t> heap(count);
  for (size_t i = 0; i < count; ++i) heap[i] = static_cast<uint32_t>(i);
  const auto before = [&](uint32_t a, uint32_t b) {
    const int order = compare(context, a, b);
    return order != 0 ? order < 0 : a < b;
  };
  // The last of a node and its two children goes to the top, down to the leaves; `size` numbers are a heap.
  const auto sink = [&](size_t at, size_t size) {
    for (size_t child = 2 * at + 1; child < size; at = child, child = 2 * at + 1) {
      if (child + 1 < size && before(heap[child], heap[child + 1])) ++child;
      if (before(heap[child], heap[at])) return;
      std::swap(heap[at], heap[child]);
    }
  };
  for (size_t i = count / 2; i > 0; --i) sink(i - 1, count);
  for (size_t size = count; size > 1; --size) {
    std::swap(heap[0], heap[size - 1]);
    sink(0, size - 1);
  }
  return heap;
}

std::vector<uint32_t> OrderedBy(const std::vector<int64_t>& keys) {
  return Ordered(keys.size(), [&keys](uint32_t a, uint32_t b) {
    return keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : 0;
  });
}

}  // namespace anon
