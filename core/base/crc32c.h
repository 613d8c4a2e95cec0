// CRC-32C (Castagnoli, RFC 3720 appendix B.4): the checksum of journal files, and the hash behind shard
// hints.
#ifndef ANON_BASE_CRC32C_H_
#define ANON_BASE_CRC32C_H_

#include <cstdint>
#include <string_view>

namespace anon {

/// `seed` is the CRC of the bytes before, so that a text can be fed in pieces.
[[nodiscard]] uint32_t Crc32c(std::string_view bytes, uint32_t seed = 0);

/// What is stored: rotated and shifted by a constant, because the CRC of bytes that hold their own CRC is the
/// same whatever they are, and a journal may come to hold journals.
[[nodiscard]] inline uint32_t MaskedCrc32c(uint32_t crc) { return (crc >> 15 | crc << 17) + 0xA282EAD8U; }

}  // namespace anon

#endif  // ANON_BASE_CRC32C_H_
