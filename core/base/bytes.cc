#include "base/bytes.h"

namespace anon {

void ByteWriter::Little(uint64_t value, size_t width) {
  char bytes[sizeof value];
  for (size_t i = 0; i < width; ++i) bytes[i] = static_cast<char>(value >> (8 * i) & 0xFF);
  out_->append(bytes, width);
}

void ByteWriter::LongVarint(uint64_t value) {
  char bytes[10];
  size_t size = 0;
  for (; value >= 0x80; value >>= 7) bytes[size++] = static_cast<char>(value | 0x80);
  bytes[size++] = static_cast<char>(value);
  out_->append(bytes, size);
}

void ByteWriter::Zigzag(int64_t value) {
  Varint(static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63));
}

bool ByteReader::Little(uint64_t* value, size_t width) {
  if (static_cast<size_t>(end_ - at_) < width) return Fail();
  *value = 0;
  for (size_t i = 0; i < width; ++i) {
    *value |= static_cast<uint64_t>(static_cast<unsigned char>(*at_++)) << (8 * i);
  }
  return true;
}

bool ByteReader::U16(uint16_t* value) {
  uint64_t wide = 0;
  if (!Little(&wide, 2)) return false;
  *value = static_cast<uint16_t>(wide);
  return true;
}

bool ByteReader::U32(uint32_t* value) {
  uint64_t wide = 0;
  if (!Little(&wide, 4)) return false;
  *value = static_cast<uint32_t>(wide);
  return true;
}

bool ByteReader::U64(uint64_t* value) { return Little(value, 8); }

bool ByteReader::LongVarint(uint64_t* value) {
  *value = 0;
  for (int i = 0;; ++i) {
    if (at_ == end_) return Fail();
    const auto byte = static_cast<unsigned char>(*at_++);
    if (i == 9 && byte > 1) return Fail();
    *value |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
    if (byte < 0x80) return true;
  }
}

bool ByteReader::Zigzag(int64_t* value) {
  uint64_t coded = 0;
  if (!Varint(&coded)) return false;
  *value = static_cast<int64_t>(coded >> 1) ^ -static_cast<int64_t>(coded & 1);
  return true;
}

}  // namespace anon
