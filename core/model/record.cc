#include "model/record.h"

#include <algorithm>

namespace anon {
namespace {

constexpr auto kExtensionTag = static_cast<uint8_t>(Tag::kExtension);

std::optional<int64_t> ReadInteger(std::string_view bytes) {
  int64_t value = 0;
  ByteReader reader(bytes);
  if (!reader.Zigzag(&value) || !reader.Done()) return std::nullopt;
  return value;
}

}  // namespace

std::string Record::Encode() const {
  std::string out;
  ByteWriter writer(&out);
  bool extensions_written = false;
  const auto write_extensions = [&] {
    for (const Extension& extension : extensions_) {
      std::string content;
      ByteWriter inner(&content);
      inner.Bytes(extension.name);
      content += extension.value;
      writer.U8(kExtensionTag);
      writer.Bytes(content);
    }
    extensions_written = true;
  };
  for (const auto& [tag, bytes] : fields_) {
    if (tag > kExtensionTag && !extensions_written) write_extensions();
    writer.U8(tag);
    writer.Bytes(bytes);
  }
  if (!extensions_written) write_extensions();
  return out;
}

std::optional<int64_t> RecordReader::Integer() const { return ReadInteger(content_); }

bool Record::IsRecord(std::string_view bytes) {
  RecordReader reader(bytes);
  while (reader.Next()) {
  }
  return reader.Done();
}

bool Record::Decode(std::string_view bytes) {
  *this = Record();
  RecordReader reader(bytes);
  while (reader.Next()) {
    if (reader.tag() != Tag::kExtension) {
      fields_.emplace_back(static_cast<uint8_t>(reader.tag()), reader.content());
      continue;
    }
    ByteReader inner(reader.content());
    std::string_view name;
    if (inner.Bytes(&name)) AddExtension(name, inner.rest());
  }
  if (!reader.Done()) *this = Record();
  return reader.Done();
}

const std::string* Record::Find(Tag tag) const {
  const auto wanted = static_cast<uint8_t>(tag);
  for (const auto& [one, bytes] : fields_) {
    if (one == wanted) return &bytes;
  }
  return nullptr;
}

std::string_view Record::Text(Tag tag) const {
  const std::string* bytes = Find(tag);
  return bytes == nullptr ? std::string_view() : *bytes;
}

std::optional<int64_t> Record::Integer(Tag tag) const {
  const std::string* bytes = Find(tag);
  return bytes == nullptr ? std::nullopt : ReadInteger(*bytes);
}

void Record::Set(Tag tag, std::string_view bytes) {
  const auto wanted = static_cast<uint8_t>(tag);
  const auto at =
      std::find_if(fields_.begin(), fields_.end(), [&](const auto& field) { return field.first >= wanted; });
  if (at != fields_.end() && at->first == wanted) {
    at->second = bytes;
  } else {
    fields_.emplace(at, wanted, bytes);
  }
}

void Record::SetInteger(Tag tag, int64_t value) {
  std::string bytes;
  ByteWriter(&bytes).Zigzag(value);
  Set(tag, bytes);
}

void Record::Erase(Tag tag) {
  const auto wanted = static_cast<uint8_t>(tag);
  fields_.erase(std::remove_if(fields_.begin(), fields_.end(),
                               [&](const auto& field) { return field.first == wanted; }),
                fields_.end());
}

void Record::Merge(const Record& other) {
  for (const auto& [tag, bytes] : other.fields_) Set(static_cast<Tag>(tag), bytes);
  for (const Extension& extension : other.extensions_) {
    SetExtension(extension.name, extension.value);
  }
}

const std::string* Record::FindExtension(std::string_view name) const {
  for (const Extension& extension : extensions_) {
    if (extension.name == name) return &extension.value;
  }
  return nullptr;
}

void Record::SetExtension(std::string_view name, std::string_view value) {
  for (Extension& extension : extensions_) {
    if (extension.name == name) {
      extension.value = value;
      return;
    }
  }
  AddExtension(name, value);
}

std::string_view PeekText(std::string_view bytes, Tag tag) {
  RecordReader reader(bytes);
  while (reader.Next() && reader.tag() <= tag) {
    if (reader.tag() == tag) return reader.content();
  }
  return {};
}

std::optional<int64_t> PeekInteger(std::string_view bytes, Tag tag) {
  return ReadInteger(PeekText(bytes, tag));
}

}  // namespace anon
