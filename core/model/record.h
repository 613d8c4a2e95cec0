// A resource (service, state, task, association, visit) as a list of tagged fields. The encoded form is what
// the store keeps in memory and what the journal holds, byte for byte the same.
//
//   record    = field*                        fields in ascending tag order
//   field     = tag u8, length varint, bytes
//   integer   = bytes are one zigzag varint
//   extension = tag 60, bytes are: name length varint, name UTF-8, value raw JSON; in the order first
//   attached
//
// Tags are never given a new meaning; a reader keeps fields whose tag it does not know.
#ifndef ANON_MODEL_RECORD_H_
#define ANON_MODEL_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace anon {

enum class Tag : uint8_t {
  kGroup = 3,        ///< GroupId of the request that started the service
  kCustomerId = 4,   ///< text
  kContactKey = 5,   ///< text
  kType = 6,         ///< JSON token: service_type, state_type, task_type
  kEstDuration = 7,  ///< JSON token, seconds
  kStarted = 8,      ///< integer, ms

  // The common fields of the start event, as JSON tokens.
  kSessionId = 10,
  kInteractionId = 11,
  kApplicationType = 12,
  kApplicationId = 13,
  kResourceType = 14,
  kResourceId = 15,
  kMediaType = 16,

  kStateId = 17,          ///< integer: the state a task belongs to
  kPreviousStateId = 18,  ///< integer

  kCompleted = 28,  ///< integer, ms
  // 30..36: the common fields of the end event, kSessionId + kEndOffset and on.
  kDisposition = 37,      ///< JSON token
  kDispositionDesc = 38,  ///< JSON token
  kEndDigest = 39,        ///< digest of the end event, to know a repeat

  kExpires = 40,            ///< integer, ms: gone from this moment on
  kAutoCompleteAfter = 41,  ///< integer, seconds without an update
  kUpdated = 42,            ///< integer, ms: the last update, kept while kAutoCompleteAfter counts
  kIdempotencyKey = 43,     ///< text
  kAssociationId = 44,      ///< text: the association that handed the service over
  kVisit = 45,              ///< integer: the visit it was started in; absent for visit 0 (store/visit.h)
  kFormerAssociation = 46,  ///< text: the association that was undone (the receiver's side)

  kExtension = 60,

  // Associations (association/association.h).
  kPhase = 70,
  kCreated = 71,
  kDigest = 72,
  kEnvelope = 73,
  kResults = 74,
  kProblem = 75,
  kOrder = 76,
  kBefore = 77,
  kSent = 78,
  kUndoes = 79,
  kUndoneBy = 80,
  kPartOf = 81,
  kProgress = 82,
};

/// From the tag of a common field of the start event to its twin of the end event.
inline constexpr uint8_t kEndOffset = 20;

/// Walks the fields of an encoded record, and finds out on the way whether it is one.
class RecordReader {
 public:
  explicit RecordReader(std::string_view record) : reader_(record) {}

  /// False at the end, and where the bytes are no record.
  bool Next() {
    uint8_t tag = 0;
    if (!good_ || reader_.rest().empty()) return false;
    good_ = reader_.U8(&tag) && reader_.Bytes(&content_);
    tag_ = static_cast<Tag>(tag);
    if (tag_ == Tag::kExtension) {
      std::string_view name;
      good_ = good_ && last_ <= tag && ByteReader(content_).Bytes(&name);
    } else {
      good_ = good_ && last_ < tag;
    }
    last_ = tag;
    return good_;
  }
  /// Whether the end was reached, and every field was good.
  [[nodiscard]] bool Done() const { return good_ && reader_.Done(); }

  [[nodiscard]] Tag tag() const { return tag_; }
  [[nodiscard]] std::string_view content() const { return content_; }
  /// The content as an integer, where it is one.
  [[nodiscard]] std::optional<int64_t> Integer() const;

 private:
  ByteReader reader_;
  int last_ = -1;  ///< tag of the last field
  Tag tag_{};
  std::string_view content_;
  bool good_ = true;
};

struct Extension {
  std::string name;
  std::string value;  ///< raw JSON, the caller's bytes
};

class Record {
 public:
  /// Whether `bytes` is an encoded record.
  [[nodiscard]] static bool IsRecord(std::string_view bytes);

  [[nodiscard]] std::string Encode() const;
  /// False when `bytes` is not an encoded record; the record is then empty.
  [[nodiscard]] bool Decode(std::string_view bytes);

  [[nodiscard]] bool Has(Tag tag) const { return Find(tag) != nullptr; }
  /// Empty when absent.
  [[nodiscard]] std::string_view Text(Tag tag) const;
  [[nodiscard]] std::optional<int64_t> Integer(Tag tag) const;

  void Set(Tag tag, std::string_view bytes);
  void SetInteger(Tag tag, int64_t value);
  void Erase(Tag tag);
  /// Sets every field and extension that `other` has.
  void Merge(const Record& other);

  [[nodiscard]] const std::vector<Extension>& extensions() const { return extensions_; }
  [[nodiscard]] const std::string* FindExtension(std::string_view name) const;
  void SetExtension(std::string_view name, std::string_view value);
  /// SetExtension for a name that is known to be new: no search.
  void AddExtension(std::string_view name, std::string_view value) {
    extensions_.push_back({std::string(name), std::string(value)});
  }

 private:
  [[nodiscard]] const std::string* Find(Tag tag) const;

  std::vector<std::pair<uint8_t, std::string>> fields_;  // ascending tags
  std::vector<Extension> extensions_;
};

/// One field of an encoded record without decoding the rest; a view into `bytes`, empty when absent.
[[nodiscard]] std::string_view PeekText(std::string_view bytes, Tag tag);
[[nodiscard]] std::optional<int64_t> PeekInteger(std::string_view bytes, Tag tag);

}  // namespace anon

#endif  // ANON_MODEL_RECORD_H_
