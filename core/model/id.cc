#include "model/id.h"

#include <algorithm>

#include "base/bytes.h"
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
  const uint32_t before = Crc32c(std::string_view("\0", 1), Crc32c(tenant));
  return static_cast<uint16_t>(Crc32c(owner, before) >> 20);
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
  std::array<uint8_t, 8> random{};
  std::copy_n(seed_.begin(), random.size(), random.begin());
  if (drawn_ > 0) {
    std::string text(seed_.begin(), seed_.end());
    ByteWriter(&text).U64(drawn_);
    std::copy_n(Sha256(text).begin(), random.size(), random.begin());
  }
  ++drawn_;

  std::array<uint8_t, 16> id{};
  const auto ms = static_cast<uint64_t>(now);
  for (size_t i = 0; i < 6; ++i) id[i] = static_cast<uint8_t>(ms >> (40 - 8 * i));
  id[6] = static_cast<uint8_t>(0x70 | hint >> 8);
  id[7] = static_cast<uint8_t>(hint & 0xFF);
  // Backwards, so that the variant's bits take the place of the last ones: a test's seed may be a number.
  for (size_t i = 0; i < random.size(); ++i) id[15 - i] = random[i];
  id[8] = static_cast<uint8_t>((id[8] & 0x3F) | 0x80);

  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(36, '-');
  size_t at = 0;
  for (size_t i = 0; i < id.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) ++at;
    text[at++] = kDigits[id[i] >> 4];
    text[at++] = kDigits[id[i] & 15];
  }
  return text;
}

}  // namespace anon
