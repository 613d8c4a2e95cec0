#include "store/change.h"

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

EntryReader::EntryReader(std::string_view payload) : reader_(payload), good_(reader_.Zigzag(&clock_)) {}

bool EntryReader::Next(Change* out) {
  if (!good_ || reader_.Done()) return false;
  uint8_t op = 0;
  uint64_t index = 0;
  good_ = reader_.U8(&op) && reader_.Bytes(&out->tenant) && reader_.Bytes(&out->id) &&
          reader_.Varint(&index) && reader_.Bytes(&out->record) &&
          op >= static_cast<uint8_t>(Op::kPutService) && op <= static_cast<uint8_t>(Op::kRemoveVisit) &&
          index <= UINT32_MAX;
  out->op = static_cast<Op>(op);
  out->index = static_cast<uint32_t>(index);
  return good_;
}

}  // namespace anon
