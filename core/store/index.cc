#include "store/index.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>

namespace anon {
namespace {

constexpr size_t kFirstSlots = 8;

uint32_t HashOf(std::string_view text) {
  constexpr uint64_t kOdd = 0x9E3779B97F4A7C15U;
  uint64_t hash = text.size() * kOdd;
  const auto mix = [&hash](uint64_t word) {
    hash = (hash ^ word) * kOdd;
    hash ^= hash >> 32;
  };
  const char* at = text.data();
  const char* const end = at + text.size();
  uint64_t word = 0;
  for (; end - at >= 8; at += 8) {
    std::memcpy(&word, at, 8);
    mix(word);
  }
  word = 0;
  for (; at < end; ++at) word = word << 8 | static_cast<unsigned char>(*at);
  mix(word);
  return static_cast<uint32_t>(hash * kOdd >> 32);
}

}  // namespace

bool StartsBefore(const Service* a, const Service* b) {
  return a->started != b->started ? a->started < b->started : a->id() < b->id();
}

Index::~Index() {
  for (size_t i = 0; slots_ && i <= mask_; ++i) {
    if (slots_[i].count > 1) ::operator delete(slots_[i].many);
  }
}

Index::List* Index::NewList(size_t room) {
  List* list = new (::operator new(offsetof(List, first) + room * sizeof(Service*))) List;
  list->room = room;
  return list;
}

Index::Range Index::In(const Slot& slot) {
  if (slot.count == 0) return {};
  if (slot.count == 1) return {&slot.one, &slot.one + 1};
  return {slot.many->first, slot.many->first + slot.count};
}

Index::Slot* Index::SlotOf(std::string_view key, uint32_t hash) const {
  for (size_t at = hash & mask_;; at = (at + 1) & mask_) {
    Slot* slot = &slots_[at];
    if (slot->count == 0) return slot;
    if (slot->hash == hash && key_of_(**In(*slot).first) == key) return slot;
  }
}

Index::Range Index::Find(std::string_view key) const {
  return slots_ ? In(*SlotOf(key, HashOf(key))) : Range();
}

void Index::Add(std::string_view key, Service* service) {
  if (!slots_ || used_ > mask_ - mask_ / 4) Grow();
  const uint32_t hash = HashOf(key);
  Slot* slot = SlotOf(key, hash);
  if (slot->count == 0) {
    slot->one = service;
    slot->hash = hash;
    ++used_;
  } else {
    if (slot->count == 1 || slot->count == slot->many->room) {
      const Range before = In(*slot);
      List* larger = NewList(std::max<size_t>(4, size_t{2} * slot->count));
      std::copy(before.begin(), before.end(), larger->first);
      if (slot->count > 1) ::operator delete(slot->many);
      slot->many = larger;
    }
    Service** const first = slot->many->first;
    Service** const last = first + slot->count;
    // Most come last or close to it, so the search goes back from there, in steps that grow: all from `high`
    // on come behind the service.
    Service** low = last;
    Service** high = last;
    for (ptrdiff_t step = 1; low != first && StartsBefore(service, *(low - 1)); step *= 2) {
      high = low - 1;
      low -= std::min(step, low - first);
    }
    Service** const at = std::upper_bound(low, high, service, StartsBefore);
    std::copy_backward(at, last, last + 1);
    *at = service;
  }
  ++slot->count;
}

void Index::Remove(std::string_view key, Service* service) {
  if (!slots_) return;
  Slot* slot = SlotOf(key, HashOf(key));
  if (slot->count == 0) return;
  if (slot->count == 1) {
    if (slot->one == service) Free(slot);
    return;
  }
  List* const list = slot->many;
  Service** const last = list->first + slot->count;
  Service** const at = std::lower_bound(list->first, last, service, StartsBefore);
  if (at == last || *at != service) return;
  std::copy(at + 1, last, at);
  if (--slot->count > 1) return;
  slot->one = list->first[0];
  ::operator delete(list);
}

void Index::Grow() {
  const size_t size = slots_ ? (mask_ + 1) * 2 : kFirstSlots;
  auto grown = std::make_unique<Slot[]>(size);
  for (size_t i = 0; slots_ && i <= mask_; ++i) {
    if (slots_[i].count == 0) continue;
    size_t at = slots_[i].hash & (size - 1);
    while (grown[at].count != 0) at = (at + 1) & (size - 1);
    grown[at] = slots_[i];
  }
  slots_ = std::move(grown);
  mask_ = size - 1;
}

// What follows moves up, so that no search stops at the gap before it comes to its slot.
void Index::Free(Slot* slot) {
  size_t gap = static_cast<size_t>(slot - slots_.get());
  for (size_t at = (gap + 1) & mask_; slots_[at].count != 0; at = (at + 1) & mask_) {
    const size_t home = slots_[at].hash & mask_;
    if (((at - home) & mask_) < ((at - gap) & mask_)) continue;
    slots_[gap] = slots_[at];
    gap = at;
  }
  slots_[gap].count = 0;
  --used_;
}

}  // namespace anon
