// A piece of a checkpoint (journal/format.h): a range of the resources, in the order of Position, as they are
// at the piece's number. Its first record is the head:
//
//   head     = begin varint, from position, last u8 (1: the range has no end, and the checkpoint is whole),
//   to position position = tenant bytes, kind u8 (0 service, 1 association, 2 visit), started zigzag varint,
//   id bytes
//
// `begin` is the number of the first piece of the checkpoint; `to` is the first position after the range, and
// the `from` of the next piece. The range of the first piece begins with the lowest position there is.
#ifndef ANON_STORE_PIECE_H_
#define ANON_STORE_PIECE_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace anon {

/// The place of a resource in the order of a dump: by tenant; services by start and id, then associations by
/// id, then visits by number.
struct PositionView {
  std::string_view tenant;
  uint8_t kind = 0;
  int64_t started = INT64_MIN;
  std::string_view id;
};

/// A position that outlives the resource.
struct Position {
  std::string tenant;
  uint8_t kind = 0;
  int64_t started = INT64_MIN;
  std::string id;

  Position() = default;
  explicit Position(const PositionView& view)
      : tenant(view.tenant), kind(view.kind), started(view.started), id(view.id) {}

  bool operator==(const Position& other) const;
  bool operator<(const Position& other) const;
};

struct PieceHead {
  uint64_t begin = 0;
  Position from;
  bool last = false;
  Position to;
};

[[nodiscard]] std::string EncodeHead(const PieceHead& head);
[[nodiscard]] bool ReadHead(std::string_view payload, PieceHead* out);

}  // namespace anon

#endif  // ANON_STORE_PIECE_H_
