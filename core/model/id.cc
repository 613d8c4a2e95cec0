#include "model/id.h"

#include "base/crc32c.h"
#include "base/sha256.h"

namespace anon {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

uint16_t ShardHint(std::string_view tenant, std::string_view owner) {
  std::string text(tenant);
  text += '\0';
  text += owner;
  return static_cast<uint16_t>(Crc32c(text) >> 20);
}

std::optional<uint16_t> ShardOfId(std::string_view id) {
  if (id.size() != 36 || id[8] != '-' || id[13] != '-' || id[14] != '7') return std::nullopt;
  int hint = 0;
  for (size_t i = 15; i < 18; ++i) {
    const int digit = HexValue(id[i]);
    if (digit < 0) return std::nullopt;
    hint = hint * 16 + digit;
  }
  return static_cast<uint16_t>(hint);
}

std::string IdSource::Next(int64_t now, uint16_t hint) {
  std::string text(seed_.begin(), seed_.end());
  for (int shift = 0; shift < 64; shift += 8) text += static_cast<char>(drawn_ >> shift & 0xFF);
  ++drawn_;
  const auto random = Sha256(text);

  std::array<uint8_t, 16> id{};
  const auto ms = static_cast<uint64_t>(now);
  for (size_t i = 0; i < 6; ++i) id[i] = static_cast<uint8_t>(ms >> (40 - 8 * i));
  id[6] = static_cast<uint8_t>(0x70 | hint >> 8);
  id[7] = static_cast<uint8_t>(hint & 0xFF);
  for (size_t i = 8; i < 16; ++i) id[i] = random[i];
  id[8] = static_cast<uint8_t>((id[8] & 0x3F) | 0x80);

  const std::string hex = Hex(id);
  return hex.substr(0, 8) + '-' + hex.substr(8, 4) + '-' + hex.substr(12, 4) + '-' + hex.substr(16, 4) + '-' +
         hex.substr(20);
}

}  // namespace anon
