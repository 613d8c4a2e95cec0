#include "journal/writer.h"

#include "base/bytes.h"
#include "base/crc32c.h"

namespace anon::journal {

std::string FileName(uint64_t sequence) {
  const std::string digits = std::to_string(sequence);
  return digits.size() < 16 ? std::string(16 - digits.size(), '0') + digits : digits;
}

Writer::Writer(const Header& header) {
  ByteWriter out(&file_);
  file_ += kMagic;
  out.U8(header.version);
  out.U8(static_cast<uint8_t>(header.kind));
  out.U16(header.incomplete ? kIncomplete : 0);
  out.U64(header.sequence);
  out.U32(header.span);
  out.U32(MaskedCrc32c(Crc32c(file_)));
}

void AppendRecord(std::string* out, std::string_view payload) {
  std::string length;
  ByteWriter(&length).U32(static_cast<uint32_t>(payload.size()));
  *out += length;
  ByteWriter(out).U32(MaskedCrc32c(Crc32c(payload, Crc32c(length))));
  *out += payload;
}

}  // namespace anon::journal
