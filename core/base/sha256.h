// SHA-256 (FIPS 180-4): digests of associations, of end events and of the whole state.
#ifndef ANON_BASE_SHA256_H_
#define ANON_BASE_SHA256_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace anon {

[[nodiscard]] std::array<uint8_t, 32> Sha256(std::string_view bytes);

/// Lower-case hexadecimal.
template <class Bytes>
[[nodiscard]] std::string Hex(const Bytes& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

}  // namespace anon

#endif  // ANON_BASE_SHA256_H_
