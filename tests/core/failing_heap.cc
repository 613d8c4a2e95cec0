#include "failing_heap.h"

#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

constexpr size_t kNever = SIZE_MAX;

// Before every block, in a ring of all that were allocated inside since Begin.
struct alignas(std::max_align_t) Block {
  Block* previous = nullptr;  // null: in no ring
  Block* next = nullptr;
};

Block ring{&ring, &ring};
bool is_inside = false;
size_t left = kNever;
bool failed = false;

void Unlink(Block* block) {
  if (block->previous == nullptr) return;
  block->previous->next = block->next;
  block->next->previous = block->previous;
  block->previous = nullptr;
}

void* Allocate(size_t size) {
  if (is_inside && left != kNever && left-- == 0) {
    left = kNever;
    failed = true;
    return nullptr;
  }
  void* memory = std::malloc(sizeof(Block) + size);
  if (memory == nullptr) return nullptr;
  auto* block = new (memory) Block;
  if (is_inside) {
    block->previous = ring.previous;
    block->next = &ring;
    ring.previous->next = block;
    ring.previous = block;
  }
  return block + 1;
}

void Free(void* memory) {
  if (memory == nullptr) return;
  Block* block = static_cast<Block*>(memory) - 1;
  Unlink(block);
  std::free(block);
}

}  // namespace

namespace anon::heap {

void FailAt(size_t n) {
  left = n;
  failed = false;
}

bool Heal() {
  left = kNever;
  return failed;
}

void Begin() {
  while (ring.next != &ring) Unlink(ring.next);
}

void Reclaim() {
  while (ring.next != &ring) Free(ring.next + 1);
}

void Enter() { is_inside = true; }
void Leave() { is_inside = false; }

}  // namespace anon::heap

void* operator new(size_t size) {
  void* memory = Allocate(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void* operator new(size_t size, const std::nothrow_t& /*tag*/) noexcept { return Allocate(size); }
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete(void* memory, size_t /*size*/) noexcept { Free(memory); }
