// The files of a journal with as many services as a benchmark asks for.
#ifndef ANON_TESTS_BENCH_NATIVE_JOURNAL_H_
#define ANON_TESTS_BENCH_NATIVE_JOURNAL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "engine.h"

namespace anon::bench {

struct Journal {
  uint64_t first = 1;  ///< number of the first file
  std::vector<std::string> files;

  [[nodiscard]] size_t Bytes() const;
  /// Reads it all in, as a page does that opens its store. Ends the program if a file is not whole.
  void ReadInto(Engine* engine) const;
};

/// A log file for every thousand starts; a record is one start.
[[nodiscard]] Journal Logs(uint64_t services);

/// The pieces of one checkpoint, as large as they are in a store of this size.
[[nodiscard]] Journal Pieces(uint64_t services);

}  // namespace anon::bench

#endif  // ANON_TESTS_BENCH_NATIVE_JOURNAL_H_
