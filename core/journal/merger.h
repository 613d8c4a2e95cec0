// Makes one segment (format.h) of a run of logs and segments, byte by byte: what a record says is not looked
// at. Where a number of the run is missing, the segment says that records were lost.
#ifndef ANON_JOURNAL_MERGER_H_
#define ANON_JOURNAL_MERGER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/format.h"

namespace anon::journal {

class Merger {
 public:
  /// Adds the next file of the run, ascending. False, and nothing is added, if it is not a whole log or
  /// segment.
  [[nodiscard]] bool Add(uint64_t sequence, std::string_view bytes);

  /// The segment, under the number of the last file added; the merger is then new.
  [[nodiscard]] std::string Finish();

 private:
  uint64_t first_ = 0;  ///< 0: nothing was added
  Header header_;
  std::string records_;
};

}  // namespace anon::journal

#endif  // ANON_JOURNAL_MERGER_H_
