#include "base/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace anon {
namespace {

constexpr uint32_t kPolynomial = 0x82F63B78U;  // reflected
constexpr size_t kStride = 8;

using Table = std::array<std::array<uint32_t, 256>, kStride>;

// Eight bytes in one step: table k holds what a byte comes to with k more bytes behind it. Filled when first
// needed, because as data they would be 8 KB that no compression makes smaller.
const Table& Tables() {
  static Table tables;
  if (tables[0][1] != 0) return tables;
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][i] = crc;
  }
  for (size_t k = 1; k < kStride; ++k) {
    for (size_t i = 0; i < 256; ++i) {
      const uint32_t one = tables[k - 1][i];
      tables[k][i] = one >> 8 ^ tables[0][one & 0xFF];
    }
  }
  return tables;
}

uint32_t ByTables(std::string_view bytes, uint32_t crc) {
  const Table& t = Tables();
  while (bytes.size() >= kStride) {
    uint32_t low = 0;
    uint32_t high = 0;
    std::memcpy(&low, bytes.data(), 4);  // little-endian, as wasm and every host that builds this
    std::memcpy(&high, bytes.data() + 4, 4);
    low ^= crc;
    crc = t[7][low & 0xFF] ^ t[6][low >> 8 & 0xFF] ^ t[5][low >> 16 & 0xFF] ^ t[4][low >> 24] ^
          t[3][high & 0xFF] ^ t[2][high >> 8 & 0xFF] ^ t[1][high >> 16 & 0xFF] ^ t[0][high >> 24];
    bytes.remove_prefix(kStride);
  }
  for (const char c : bytes) crc = crc >> 8 ^ t[0][(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t ByInstruction(std::string_view bytes, uint32_t crc) {
  uint64_t wide = crc;
  while (bytes.size() >= 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    wide = _mm_crc32_u64(wide, word);
    bytes.remove_prefix(8);
  }
  crc = static_cast<uint32_t>(wide);
  for (const char c : bytes) crc = _mm_crc32_u8(crc, static_cast<unsigned char>(c));
  return crc;
}
#endif

}  // namespace

uint32_t Crc32c(std::string_view bytes, uint32_t seed) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return ~ByInstruction(bytes, ~seed);
#endif
  return ~ByTables(bytes, ~seed);
}

}  // namespace anon
