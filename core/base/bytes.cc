#include "base/bytes.h"

namespace anon {

void ByteWriter::Little(uint64_t value, int width) {
  for (int i = 0; i < width; ++i) *out_ += static_cast<char>(value >> (8 * i) & 0xFF);
}

void ByteWriter::Varint(uint64_t value) {
  while (value >= 0x80) {
    *out_ += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *out_ += static_cast<char>(value);
}

void ByteWriter::Zigzag(int64_t value) {
  Varint(static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63));
}

void ByteWriter::Bytes(std::string_view bytes) {
  Varint(bytes.size());
  out_->append(bytes);
}

bool ByteReader::Little(uint64_t* value, size_t width) {
  if (failed_ || rest_.size() < width) return Fail();
  *value = 0;
  for (size_t i = 0; i < width; ++i) {
    *value |= static_cast<uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
  }
  rest_.remove_prefix(width);
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

bool ByteReader::Varint(uint64_t* value) {
  *value = 0;
  for (size_t i = 0;; ++i) {
    if (failed_ || i >= rest_.size()) return Fail();
    const auto byte = static_cast<unsigned char>(rest_[i]);
    if (i == 9 && byte > 1) return Fail();
    *value |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      rest_.remove_prefix(i + 1);
      return true;
    }
  }
}

bool ByteReader::Zigzag(int64_t* value) {
  uint64_t coded = 0;
  if (!Varint(&coded)) return false;
  *value = static_cast<int64_t>(coded >> 1) ^ -static_cast<int64_t>(coded & 1);
  return true;
}

bool ByteReader::Bytes(std::string_view* bytes) {
  uint64_t length = 0;
  if (!Varint(&length) || length > rest_.size()) return Fail();
  *bytes = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return true;
}

}  // namespace anon
