#include "store/change.h"

#include "base/bytes.h"

namespace anon {

void AppendChange(std::string* out, const Change& change) {
  ByteWriter writer(out);
  writer.U8(static_cast<uint8_t>(change.op));
  writer.Bytes(change.tenant);
  writer.Bytes(change.id);
  writer.Varint(change.index);
  writer.Bytes(change.record);
}

void BeginEntry(std::string* out, int64_t clock) { ByteWriter(out).Zigzag(clock); }

bool ReadEntry(std::string_view payload, Entry* out) {
  *out = Entry();
  ByteReader reader(payload);
  if (!reader.Zigzag(&out->clock)) return false;
  while (!reader.Done()) {
    uint8_t op = 0;
    uint64_t index = 0;
    std::string_view tenant, id, record;
    if (!reader.U8(&op) || !reader.Bytes(&tenant) || !reader.Bytes(&id) || !reader.Varint(&index) ||
        !reader.Bytes(&record)) {
      return false;
    }
    if (op < static_cast<uint8_t>(Op::kPutService) || op > static_cast<uint8_t>(Op::kRemoveVisit) ||
        index > UINT32_MAX) {
      return false;
    }
    out->changes.push_back({static_cast<Op>(op), std::string(tenant), std::string(id),
                            static_cast<uint32_t>(index), std::string(record)});
  }
  return true;
}

}  // namespace anon
