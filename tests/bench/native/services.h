// The same services for every benchmark, told by their number: about 350 bytes of body, three extensions, and
// contact keys that one, two or three services share.
#ifndef ANON_TESTS_BENCH_NATIVE_SERVICES_H_
#define ANON_TESTS_BENCH_NATIVE_SERVICES_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace anon::bench {

/// The body that starts service number `n`.
[[nodiscard]] std::string StartBody(uint64_t n);

/// How many contact keys the services 0 to `services` - 1 have.
[[nodiscard]] uint64_t KeyCount(uint64_t services);
[[nodiscard]] std::string ContactKey(uint64_t key);

/// A page's request as the engine is given it (rest/message.h). `draw` makes its random bytes.
[[nodiscard]] std::string Message(uint64_t draw, std::string_view method, std::string_view target,
                                  std::string_view body = "");

/// Spreads numbers that follow each other over all of 64 bits, always the same way.
[[nodiscard]] uint64_t Mix(uint64_t n);

}  // namespace anon::bench

#endif  // ANON_TESTS_BENCH_NATIVE_SERVICES_H_
