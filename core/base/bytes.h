// Bytes of the project's formats: LEB128 varints, zigzag, little-endian words, length-prefixed strings.
#ifndef ANON_BASE_BYTES_H_
#define ANON_BASE_BYTES_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace anon {

/// Appends to a string that outlives it.
class ByteWriter {
 public:
  explicit ByteWriter(std::string* out) : out_(out) {}

  void U8(uint8_t value) { *out_ += static_cast<char>(value); }
  void U16(uint16_t value) { Little(value, 2); }
  void U32(uint32_t value) { Little(value, 4); }
  void U64(uint64_t value) { Little(value, 8); }
  void Varint(uint64_t value) {
    if (value < 0x80) {
      U8(static_cast<uint8_t>(value));
    } else {
      LongVarint(value);
    }
  }
  /// Small magnitudes of either sign in few bytes.
  void Zigzag(int64_t value);
  /// Length varint, then the bytes.
  void Bytes(std::string_view bytes) {
    Varint(bytes.size());
    out_->append(bytes);
  }

 private:
  void Little(uint64_t value, size_t width);
  void LongVarint(uint64_t value);

  std::string* out_;
};

/// Reads what ByteWriter wrote. A read that fails answers false, takes nothing back and makes every later
/// read fail; nothing outside the bytes is ever looked at.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

  [[nodiscard]] bool U8(uint8_t* value) {
    if (at_ == end_) return Fail();
    *value = static_cast<uint8_t>(*at_++);
    return true;
  }
  [[nodiscard]] bool U16(uint16_t* value);
  [[nodiscard]] bool U32(uint32_t* value);
  [[nodiscard]] bool U64(uint64_t* value);
  /// Refuses more than ten bytes and values over 64 bits.
  [[nodiscard]] bool Varint(uint64_t* value) {
    if (at_ == end_ || (*at_ & 0x80) != 0) return LongVarint(value);
    *value = static_cast<uint8_t>(*at_++);
    return true;
  }
  [[nodiscard]] bool Zigzag(int64_t* value);
  /// A view into the bytes being read.
  [[nodiscard]] bool Bytes(std::string_view* bytes) {
    uint64_t length = 0;
    if (!Varint(&length) || length > static_cast<size_t>(end_ - at_)) return Fail();
    *bytes = {at_, static_cast<size_t>(length)};
    at_ += length;
    return true;
  }

  [[nodiscard]] bool Done() const { return !failed_ && at_ == end_; }
  /// What is not read yet; nothing once a read has failed.
  [[nodiscard]] std::string_view rest() const { return {at_, static_cast<size_t>(end_ - at_)}; }

 private:
  bool Little(uint64_t* value, size_t width);
  bool LongVarint(uint64_t* value);
  bool Fail() {
    failed_ = true;
    at_ = end_;
    return false;
  }

  const char* at_;
  const char* end_;
  bool failed_ = false;
};

}  // namespace anon

#endif  // ANON_BASE_BYTES_H_
