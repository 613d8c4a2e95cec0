#include "store/piece.h"

#include <tuple>

#include "base/bytes.h"

namespace anon {
namespace {

void Append(ByteWriter* out, const Position& position) {
  out->Bytes(position.tenant);
  out->U8(position.kind);
  out->Zigzag(position.started);
  out->Bytes(position.id);
}

bool Read(ByteReader* in, Position* out) {
  std::string_view tenant, id;
  if (!in->Bytes(&tenant) || !in->U8(&out->kind) || !in->Zigzag(&out->started) || !in->Bytes(&id))
    return false;
  out->tenant = tenant;
  out->id = id;
  return out->kind <= 2;
}

auto Tied(const Position& one) { return std::tie(one.tenant, one.kind, one.started, one.id); }

}  // namespace

bool Position::operator==(const Position& other) const { return Tied(*this) == Tied(other); }
bool Position::operator<(const Position& other) const { return Tied(*this) < Tied(other); }

std::string EncodeHead(const PieceHead& head) {
  std::string out;
  ByteWriter writer(&out);
  writer.Varint(head.begin);
  Append(&writer, head.from);
  writer.U8(head.last ? 1 : 0);
  Append(&writer, head.to);
  return out;
}

bool ReadHead(std::string_view payload, PieceHead* out) {
  ByteReader reader(payload);
  uint8_t last = 0;
  if (!reader.Varint(&out->begin) || !Read(&reader, &out->from) || !reader.U8(&last) ||
      !Read(&reader, &out->to)) {
    return false;
  }
  out->last = last == 1;
  return last <= 1 && reader.Done();
}

}  // namespace anon
