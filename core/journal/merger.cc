#include "journal/merger.h"

#include "base/bytes.h"
#include "journal/reader.h"
#include "journal/writer.h"

namespace anon::journal {

bool Merger::Add(uint64_t sequence, std::string_view bytes) {
  const File file = Read(bytes, sequence);
  const Kind kind = file.header.kind;
  if (file.verdict != Verdict::kWhole || (kind != Kind::kLog && kind != Kind::kSegment)) return false;
  std::string payload;
  for (const std::string_view record : file.records) {
    payload.clear();
    if (kind == Kind::kLog) ByteWriter(&payload).Varint(sequence);
    payload += record;
    AppendRecord(&records_, payload);
  }
  const uint64_t first = sequence - file.header.span;
  const bool gap = first_ != 0 && first != header_.sequence + 1;
  if (first_ == 0) first_ = first;
  header_.sequence = sequence;
  header_.incomplete |= file.header.incomplete || gap;
  return true;
}

std::string Merger::Finish() {
  header_.kind = Kind::kSegment;
  header_.span = static_cast<uint32_t>(header_.sequence - first_);
  std::string file = Writer(header_).Finish() + records_;
  *this = Merger();
  return file;
}

}  // namespace anon::journal
