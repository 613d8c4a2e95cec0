#include "model/record_builder.h"

#include <algorithm>

#include "base/bytes.h"

namespace anon {
namespace {

// Of a field that begins at `begin`, where its content begins and ends.
struct Content {
  size_t begin;
  size_t end;
};

Content ContentOf(const std::string& bytes, size_t begin) {
  size_t size = 0;
  int shift = 0;
  size_t at = begin + 1;
  for (; (bytes[at] & 0x80) != 0; shift += 7) size |= static_cast<size_t>(bytes[at++] & 0x7F) << shift;
  size |= static_cast<size_t>(bytes[at++]) << shift;
  return {at, at + size};
}

// Where the first field from `begin` on stands whose tag is at least `tag`; the end if there is none.
size_t FindFrom(const std::string& bytes, size_t begin, Tag tag) {
  while (begin < bytes.size() && static_cast<uint8_t>(bytes[begin]) < static_cast<uint8_t>(tag)) {
    begin = ContentOf(bytes, begin).end;
  }
  return begin;
}

bool IsTag(const std::string& bytes, size_t begin, Tag tag) {
  return begin < bytes.size() && static_cast<uint8_t>(bytes[begin]) == static_cast<uint8_t>(tag);
}

// The tag and length in front of a field's content, or the length in front of a name.
class Head {
 public:
  explicit Head(Tag tag, size_t length) {
    Add(static_cast<char>(tag));
    AddVarint(length);
  }
  explicit Head(size_t length) { AddVarint(length); }
  [[nodiscard]] std::string_view text() const { return {text_, size_}; }

 private:
  void Add(char c) { text_[size_++] = c; }
  void AddVarint(size_t value) {
    for (; value >= 0x80; value >>= 7) Add(static_cast<char>(value | 0x80));
    Add(static_cast<char>(value));
  }

  char text_[11];
  size_t size_ = 0;
};

}  // namespace

bool RecordBuilder::Has(Tag tag) const { return IsTag(bytes_, FindFrom(bytes_, 0, tag), tag); }

std::string_view RecordBuilder::Text(Tag tag) const {
  const size_t begin = FindFrom(bytes_, 0, tag);
  if (!IsTag(bytes_, begin, tag)) return {};
  const Content content = ContentOf(bytes_, begin);
  return std::string_view(bytes_).substr(content.begin, content.end - content.begin);
}

void RecordBuilder::Set(Tag tag, std::string_view bytes) {
  const size_t begin = FindFrom(bytes_, 0, tag);
  const size_t end = IsTag(bytes_, begin, tag) ? ContentOf(bytes_, begin).end : begin;
  Replace(begin, end, {Head(tag, bytes.size()).text(), bytes});
}

void RecordBuilder::SetInteger(Tag tag, int64_t value) {
  std::string bytes;
  ByteWriter(&bytes).Zigzag(value);
  Set(tag, bytes);
}

void RecordBuilder::SetExtension(std::string_view name, std::string_view value) {
  size_t begin = FindFrom(bytes_, 0, Tag::kExtension);
  while (begin < bytes_.size()) {
    const Content content = ContentOf(bytes_, begin);
    std::string_view known;
    ByteReader reader(std::string_view(bytes_).substr(content.begin, content.end - content.begin));
    if (reader.Bytes(&known) && known == name) return PutExtension(begin, content.end, name, value);
    begin = content.end;
  }
  AddExtension(name, value);
}

void RecordBuilder::PutExtension(size_t begin, size_t end, std::string_view name, std::string_view value) {
  const Head inner(name.size());
  const size_t size = inner.text().size() + name.size() + value.size();
  Replace(begin, end, {Head(Tag::kExtension, size).text(), inner.text(), name, value});
}

void RecordBuilder::Replace(size_t begin, size_t end, std::initializer_list<std::string_view> pieces) {
  if (begin == bytes_.size()) {
    for (const std::string_view piece : pieces) bytes_ += piece;
    return;
  }
  size_t size = 0;
  for (const std::string_view piece : pieces) size += piece.size();
  bytes_.replace(begin, end - begin, size, '\0');
  char* at = bytes_.data() + begin;
  for (const std::string_view piece : pieces) at = std::copy(piece.begin(), piece.end(), at);
}

Record RecordBuilder::ToRecord() const {
  Record record;
  (void)record.Decode(bytes_);
  return record;
}

}  // namespace anon
