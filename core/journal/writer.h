// Builds one journal file in memory (format.h).
#ifndef ANON_JOURNAL_WRITER_H_
#define ANON_JOURNAL_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "journal/format.h"

namespace anon::journal {

void AppendHeader(std::string* out, const Header& header);

/// Appends one record to `out`. `payload` must not be empty.
void AppendRecord(std::string* out, std::string_view payload);

/// The same for a payload that is made in place: between the two calls it is appended to `out`.
[[nodiscard]] size_t BeginRecord(std::string* out);
/// `begin` is BeginRecord's answer. A record without a payload is taken back: false.
bool EndRecord(std::string* out, size_t begin);

class Writer {
 public:
  explicit Writer(const Header& header) { AppendHeader(&file_, header); }

  void Append(std::string_view payload) { AppendRecord(&file_, payload); }

  /// The whole file; the writer is then spent.
  [[nodiscard]] std::string Finish() { return std::move(file_); }

 private:
  std::string file_;
};

}  // namespace anon::journal

#endif  // ANON_JOURNAL_WRITER_H_
