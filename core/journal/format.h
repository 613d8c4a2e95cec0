// The format of a journal file. All integers are little-endian.
//
//   file   = header, record*
//   header = 24 bytes:
//     0   4  magic "ANSJ"
//     4   1  format version, 3
//     5   1  kind: 1 log, 3 segment, 4 piece
//     6   2  flags: 1 records were lost here, and what is left was written anew
//     8   8  sequence number of the file, from 1
//     16  4  span: how many numbers right below its own the file stands for too; not 0 in segments only
//     20  4  masked CRC-32C of bytes 0 to 19
//   record:
//     0   4  length n of the payload, 1 or more
//     4   4  masked CRC-32C of the length's four bytes and the payload
//     8   n  payload
//
//   payload of a record in
//     a log      an entry (store/change.h): one operation
//     a segment  sequence varint, entry: the log file it comes from, and what stood there
//     a piece    the first: a piece head (store/piece.h); all others: entries
//
// A length of zero is no record, so that a tail of zeros is damage and not a run of empty records.
//
// A commit adds one log file, under the next number. Two kinds of compaction keep the files few:
//
//   merge       a run of small logs and segments becomes one segment, under the number of the last of them;
//               the others go in the same transaction. A reader that has seen some of them passes over what
//               it knows.
//   checkpoint  the whole state, a piece at a time, each under the next number: a piece holds a range of the
//               resources as they are at that number. Logs may come between the pieces. With the last piece
//               everything before the first goes, in the same transaction.
//
// The present is all files in ascending order: a log changes what it names, a piece replaces its range. So a
// checkpoint that was not finished is harmless, whoever finishes it, and one that was makes the present whole
// for a reader that missed any number of files before it. A file that a later one makes void (in the span of
// a segment, or before the first piece of a whole checkpoint) is left over or astray and is passed over. The
// highest number is never removed, so no number is given out twice.
//
// Version 2 had no visits (store/change.h); it is read like version 3. Version 1 had logs, and snapshots
// (kind 2): the whole state in one file, which replaces all before it. It is read, and the next checkpoint
// writes it anew. A higher version than one's own is refused untouched.
#ifndef ANON_JOURNAL_FORMAT_H_
#define ANON_JOURNAL_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace anon::journal {

inline constexpr std::string_view kMagic = "ANSJ";
inline constexpr uint8_t kVersion = 3;
inline constexpr uint8_t kOldestKept = 2;  ///< an older one is written anew
inline constexpr uint16_t kIncomplete = 1;
inline constexpr size_t kHeaderSize = 24;
inline constexpr size_t kRecordHeaderSize = 8;

enum class Kind : uint8_t {
  kLog = 1,
  kSnapshot = 2,  ///< version 1 only
  kSegment = 3,
  kPiece = 4,
};

struct Header {
  Kind kind = Kind::kLog;
  uint64_t sequence = 0;
  uint32_t span = 0;
  bool incomplete = false;  ///< flag 1
  uint8_t version = kVersion;
};

/// The file's name: 16 decimal digits, so that names sort as sequence numbers do.
[[nodiscard]] std::string FileName(uint64_t sequence);

}  // namespace anon::journal

#endif  // ANON_JOURNAL_FORMAT_H_
