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

// What stands in front of a field's content: its tag and its length, and of an extension the length of its
// name.
class Head {
 public:
  Head(Tag tag, size_t length) : size_(1) {
    text_[0] = static_cast<char>(tag);
    Add(length);
  }
  void Add(size_t length) {
    for (; length >= 0x80; length >>= 7) text_[size_++] = static_cast<char>(length | 0x80);
    text_[size_++] = static_cast<char>(length);
  }
  [[nodiscard]] std::string_view text() const { return {text_, size_}; }

 private:
  char text_[24];
  size_t size_;
};

size_t VarintSize(size_t value) {
  size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}

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
  Replace(begin, end, Head(tag, bytes.size()).text(), bytes, {});
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
  Head head(Tag::kExtension, VarintSize(name.size()) + name.size() + value.size());
  head.Add(name.size());
  Replace(begin, end, head.text(), name, value);
}

void RecordBuilder::Replace(size_t begin, size_t end, std::string_view a, std::string_view b,
                            std::string_view c) {
  if (begin == bytes_.size()) {
    bytes_.append(a).append(b).append(c);
    return;
  }
  bytes_.replace(begin, end - begin, a.size() + b.size() + c.size(), '\0');
  char* const at = bytes_.data() + begin;
  std::copy(c.begin(), c.end(), std::copy(b.begin(), b.end(), std::copy(a.begin(), a.end(), at)));
}

Record RecordBuilder::ToRecord() const {
  Record record;
  (void)record.Decode(bytes_);
  return record;
}

}  // namespace anon
