#include "journal/reader.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "journal/writer.h"

namespace anon::journal {
namespace {

// Whether the header is whole.
bool ReadHeader(std::string_view bytes, Header* out) {
  if (bytes.size() < kHeaderSize || bytes.substr(0, kMagic.size()) != kMagic) return false;
  ByteReader reader(bytes.substr(kMagic.size(), kHeaderSize - kMagic.size()));
  uint8_t kind = 0;
  uint16_t flags = 0;
  uint32_t crc = 0;
  const bool read = reader.U8(&out->version) && reader.U8(&kind) && reader.U16(&flags) &&
                    reader.U64(&out->sequence) && reader.U32(&out->span) && reader.U32(&crc);
  out->kind = static_cast<Kind>(kind);
  out->incomplete = (flags & kIncomplete) != 0;
  return read && crc == MaskedCrc32c(Crc32c(bytes.substr(0, kHeaderSize - 4)));
}

// Whether this version of the format has such files.
bool IsKnown(const Header& header) {
  const Kind kind = header.kind;
  if (header.version == 1) return header.span == 0 && (kind == Kind::kLog || kind == Kind::kSnapshot);
  if (header.version < kOldestKept || header.span >= header.sequence) return false;
  return kind == Kind::kSegment || (header.span == 0 && (kind == Kind::kLog || kind == Kind::kPiece));
}

bool ReadRecord(std::string_view bytes, std::string_view* payload) {
  ByteReader reader(bytes);
  uint32_t length = 0;
  uint32_t crc = 0;
  if (!reader.U32(&length) || !reader.U32(&crc) || length == 0 || length > reader.rest().size()) {
    return false;
  }
  *payload = reader.rest().substr(0, length);
  return crc == MaskedCrc32c(Crc32c(*payload, Crc32c(bytes.substr(0, 4))));
}

}  // namespace

File Read(std::string_view bytes, uint64_t sequence) {
  File file;
  file.lost = bytes.size();
  if (!ReadHeader(bytes, &file.header)) {
    file.header = Header();
    return file;
  }
  if (file.header.version > kVersion) {
    file.verdict = Verdict::kNewerFormat;
    return file;
  }
  if (file.header.sequence != sequence || !IsKnown(file.header)) {
    file.header = Header();
    return file;
  }
  bytes.remove_prefix(kHeaderSize);
  file.records.reserve(bytes.size() / 512);  // about; a start has some 400 bytes
  while (!bytes.empty()) {
    std::string_view payload;
    if (!ReadRecord(bytes, &payload)) {
      file.lost = bytes.size();
      return file;
    }
    file.records.push_back(payload);
    bytes.remove_prefix(kRecordHeaderSize + payload.size());
  }
  file.lost = 0;
  file.verdict = Verdict::kWhole;
  return file;
}

std::string Repaired(const File& file, uint64_t sequence) {
  Header header = file.header;
  if (file.records.empty()) header = {Kind::kLog, sequence};
  header.incomplete = true;
  Writer writer(header);
  for (const std::string_view record : file.records) writer.Append(record);
  return writer.Finish();
}

}  // namespace anon::journal
