// A heap in which exactly one allocation fails: the program's operator new and delete, replaced. Only what is
// allocated inside of In() counts.
//
// A failure is a std::bad_alloc that goes through the core to the test. The core is built without exceptions,
// so nothing in it is unwound: no destructor runs, and what it was in the middle of stays as it was. That is
// what a failed allocation does to the WebAssembly module too, which stops there and is never entered again.
// GCC and Clang write unwind tables for such code all the same, so no second build of the core is needed, and
// what is tested is the very library that the other tests run against.
#ifndef ANON_TESTS_CORE_FAILING_HEAP_H_
#define ANON_TESTS_CORE_FAILING_HEAP_H_

#include <cstddef>
#include <utility>

namespace anon::heap {

/// The `n`th allocation from now on, counted from 0, fails.
void FailAt(size_t n);
/// No allocation fails any more. Answers whether one did.
bool Heal();

/// What is allocated from now on, inside, and has not been freed, goes with Reclaim.
void Begin();
/// Frees what the core held when it stopped, as the memory of an instance goes with the instance.
void Reclaim();

void Enter();
void Leave();

/// Runs `work` inside.
template <class Work>
void In(Work work) {
  struct Inside {
    Inside() { Enter(); }
    ~Inside() { Leave(); }
  } inside;
  work();
}

}  // namespace anon::heap

#endif  // ANON_TESTS_CORE_FAILING_HEAP_H_
