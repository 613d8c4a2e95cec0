#include "journal/writer.h"

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

void AppendRecord(std::string* out, std::string_view payload) {
  const size_t begin = out->size();
  ByteWriter writer(out);
  writer.U32(static_cast<uint32_t>(payload.size()));
  writer.U32(MaskedCrc32c(Crc32c(payload, Crc32c(std::string_view(*out).substr(begin)))));
  *out += payload;
}

}  // namespace anon::journal
