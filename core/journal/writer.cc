#include "journal/writer.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/crc32c.h"

namespace anon::journal {

std::string FileName(uint64_t sequence) {
  const std::string digits = std::to_string(sequence);
  return digits.size() < 16 ? std::string(16 - digits.size(), '0') + digits : digits;
}

void AppendHeader(std::string* file, const Header& header) {
  const size_t begin = file->size();
  ByteWriter out(file);
  *file += kMagic;
  out.U8(header.version);
  out.U8(static_cast<uint8_t>(header.kind));
  out.U16(header.incomplete ? kIncomplete : 0);
  out.U64(header.sequence);
  out.U32(header.span);
  out.U32(MaskedCrc32c(Crc32c(std::string_view(*file).substr(begin))));
}

size_t BeginRecord(std::string* out) {
  const size_t begin = out->size();
  out->append(kRecordHeaderSize, '\0');
  return begin;
}

bool EndRecord(std::string* out, size_t begin) {
  const std::string_view payload = std::string_view(*out).substr(begin + kRecordHeaderSize);
  if (payload.empty()) {
    out->resize(begin);
    return false;
  }
  std::string head;
  ByteWriter writer(&head);
  writer.U32(static_cast<uint32_t>(payload.size()));
  writer.U32(MaskedCrc32c(Crc32c(payload, Crc32c(head))));
  std::copy(head.begin(), head.end(), out->begin() + static_cast<ptrdiff_t>(begin));
  return true;
}

void AppendRecord(std::string* out, std::string_view payload) {
  const size_t begin = BeginRecord(out);
  *out += payload;
  (void)EndRecord(out, begin);
}

}  // namespace anon::journal
