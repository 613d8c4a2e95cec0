// A set of 64-bit hashes, open addressing. Two worlds with one hash count as the same: among ten million that
// happens with a probability of about 3 in a million.
#ifndef ANON_TESTS_MODEL_KEYS_H_
#define ANON_TESTS_MODEL_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace anon::model {

class Keys {
 public:
  /// Whether it is new.
  bool Insert(uint64_t key) {
    if (key == 0) key = 1;
    if (2 * (size_ + 1) > slots_.size()) Grow();
    uint64_t& slot = Slot(key);
    if (slot == key) return false;
    slot = key;
    ++size_;
    return true;
  }
  [[nodiscard]] size_t size() const { return size_; }

 private:
  uint64_t& Slot(uint64_t key) {
    const size_t mask = slots_.size() - 1;
    size_t at = key & mask;
    while (slots_[at] != 0 && slots_[at] != key) at = (at + 1) & mask;
    return slots_[at];
  }
  void Grow() {
    const std::vector<uint64_t> old = std::exchange(slots_, std::vector<uint64_t>(slots_.size() * 2));
    for (const uint64_t key : old) {
      if (key != 0) Slot(key) = key;
    }
  }

  std::vector<uint64_t> slots_ = std::vector<uint64_t>(1 << 16);
  size_t size_ = 0;
};

}  // namespace anon::model

#endif  // ANON_TESTS_MODEL_KEYS_H_
