// The format of a journal file. All integers are little-endian.
//
//   file   = header, record*
//   header = 24 bytes:
//     0   4  magic "ANSJ"
//     4   1  format version, 1
//     5   1  kind: 1 log, 2 snapshot
//     6   2  zero
//     8   8  sequence number of the file, from 1
//     16  4  zero
//     20  4  masked CRC-32C of bytes 0 to 19
//   record:
//     0   4  length n of the payload, 1 or more
//     4   4  masked CRC-32C of the length's four bytes and the payload
//     8   n  payload
//
// A length of zero is no record, so that a tail of zeros is damage and not a run of empty records.
//
// Files are written once and whole, under the next free sequence number, and never changed. The present is
// the highest snapshot and every log above it, in order. A sequence number is never free again: compaction
// writes its snapshot above everything that it replaces, so the highest number always stands.
//
// A reader of version v refuses a higher version untouched. Record types inside a payload are the store's
// business (store/change.h).
#ifndef ANON_JOURNAL_FORMAT_H_
#define ANON_JOURNAL_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace anon::journal {

inline constexpr std::string_view kMagic = "ANSJ";
inline constexpr uint8_t kVersion = 1;
inline constexpr size_t kHeaderSize = 24;
inline constexpr size_t kRecordHeaderSize = 8;

enum class Kind : uint8_t { kLog = 1, kSnapshot = 2 };

/// The file's name: 16 decimal digits, so that names sort as sequence numbers do.
[[nodiscard]] std::string FileName(uint64_t sequence);

}  // namespace anon::journal

#endif  // ANON_JOURNAL_FORMAT_H_
