#include "journal/writer.h"

#include "base/bytes.h"
#include "base/crc32c.h"

namespace anon::journal {

std::string FileName(uint64_t sequence) {
  const std::string digits = std::to_string(sequence);
  return digits.size() < 16 ? std::string(16 - digits.size(), '0') + digits : digits;
}

Writer::Writer(Kind kind, uint64_t sequence) {
  ByteWriter out(&file_);
  file_ += kMagic;
  out.U8(kVersion);
  out.U8(static_cast<uint8_t>(kind));
  out.U16(0);
  out.U64(sequence);
  out.U32(0);
  out.U32(MaskedCrc32c(Crc32c(file_)));
}

void Writer::Append(std::string_view payload) {
  std::string length;
  ByteWriter(&length).U32(static_cast<uint32_t>(payload.size()));
  file_ += length;
  ByteWriter(&file_).U32(MaskedCrc32c(Crc32c(payload, Crc32c(length))));
  file_ += payload;
}

}  // namespace anon::journal
