// Reads one journal file (format.h) and says how much of it is good.
#ifndef ANON_JOURNAL_READER_H_
#define ANON_JOURNAL_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/format.h"

namespace anon::journal {

enum class Verdict : uint8_t {
  kWhole,
  kDamaged,      ///< the records before the damage are there, the rest is lost
  kNewerFormat,  ///< a later version wrote it; nothing was read
};

struct File {
  Verdict verdict = Verdict::kDamaged;
  Header header;
  std::vector<std::string_view> records;  ///< payloads; views into the bytes that were read
  size_t lost = 0;                        ///< bytes from the damage on; all of them if the header is bad
};

/// A header whose sequence is not `sequence` is damage: a file under another file's name.
[[nodiscard]] File Read(std::string_view bytes, uint64_t sequence);

/// A whole file with the good records of a damaged one, marked incomplete: an empty log if there are none, so
/// that the number stays taken.
[[nodiscard]] std::string Repaired(const File& file, uint64_t sequence);

}  // namespace anon::journal

#endif  // ANON_JOURNAL_READER_H_
