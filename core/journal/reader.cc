#include "journal/reader.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "journal/writer.h"

namespace anon::journal {
namespace {

// Whether the header is whole; fills version, kind and sequence in.
bool ReadHeader(std::string_view bytes, uint8_t* version, File* out) {
  if (bytes.size() < kHeaderSize || bytes.substr(0, kMagic.size()) != kMagic) return false;
  ByteReader reader(bytes.substr(kMagic.size(), kHeaderSize - kMagic.size()));
  uint8_t kind = 0;
  uint16_t zero = 0;
  uint32_t zeros = 0;
  uint32_t crc = 0;
  const bool read = reader.U8(version) && reader.U8(&kind) && reader.U16(&zero) &&
                    reader.U64(&out->sequence) && reader.U32(&zeros) && reader.U32(&crc);
  out->kind = static_cast<Kind>(kind);
  return read && crc == MaskedCrc32c(Crc32c(bytes.substr(0, kHeaderSize - 4)));
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
  uint8_t version = 0;
  if (!ReadHeader(bytes, &version, &file)) return file;
  if (version > kVersion) {
    file.verdict = Verdict::kNewerFormat;
    return file;
  }
  if (version != kVersion || file.sequence != sequence ||
      (file.kind != Kind::kLog && file.kind != Kind::kSnapshot)) {
    return file;
  }
  bytes.remove_prefix(kHeaderSize);
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

std::string Repaired(const File& file) {
  if (file.records.empty()) return {};
  Writer writer(file.kind, file.sequence);
  for (const std::string_view record : file.records) writer.Append(record);
  return writer.Finish();
}

}  // namespace anon::journal
