// Builds the encoded form of a new record in one string, with no field in a string of its own: what a start
// makes is stored as it stands here (model/record.h has the format).
#ifndef ANON_MODEL_RECORD_BUILDER_H_
#define ANON_MODEL_RECORD_BUILDER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "model/record.h"

namespace anon {

/// For services, states and tasks: no tag behind kExtension.
class RecordBuilder {
 public:
  /// Room for so many bytes, so that the string need not grow.
  void Reserve(size_t bytes) { bytes_.reserve(bytes); }

  [[nodiscard]] bool Has(Tag tag) const;
  /// Empty when absent; valid until the next change.
  [[nodiscard]] std::string_view Text(Tag tag) const;

  void Set(Tag tag, std::string_view bytes);
  void SetInteger(Tag tag, int64_t value);
  void SetExtension(std::string_view name, std::string_view value);
  /// SetExtension for a name that is known to be new: no search.
  void AddExtension(std::string_view name, std::string_view value) {
    PutExtension(bytes_.size(), bytes_.size(), name, value);
  }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] std::string Take() { return std::move(bytes_); }
  [[nodiscard]] Record ToRecord() const;

 private:
  // Puts three texts in place of what stands from `begin` to `end`.
  void Replace(size_t begin, size_t end, std::string_view a, std::string_view b, std::string_view c);
  void PutExtension(size_t begin, size_t end, std::string_view name, std::string_view value);

  std::string bytes_;
};

}  // namespace anon

#endif  // ANON_MODEL_RECORD_BUILDER_H_
