// Builds one journal file in memory (format.h).
#ifndef ANON_JOURNAL_WRITER_H_
#define ANON_JOURNAL_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/format.h"

namespace anon::journal {

class Writer {
 public:
  Writer(Kind kind, uint64_t sequence);

  /// `payload` must not be empty.
  void Append(std::string_view payload);

  /// The whole file; the writer is then spent.
  [[nodiscard]] std::string Finish() { return std::move(file_); }

 private:
  std::string file_;
};

}  // namespace anon::journal

#endif  // ANON_JOURNAL_WRITER_H_
