// JSON as slices. A body is checked and cut into members in one pass (model/scanner.h). Their values stay the
// caller's own bytes: what a caller attached as an extension comes back exactly (key order, 1.0, 2^53+1).
// Only the scalars that the contract owns are decoded.
#ifndef ANON_MODEL_JSON_H_
#define ANON_MODEL_JSON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/kept.h"

namespace anon {

/// Deepest nesting accepted in a body (contract section 2).
inline constexpr int kMaxDepth = 32;
/// Deepest nesting that is ever looked into.
inline constexpr int kMostLevels = 64;

struct Member {
  std::string_view name;   ///< decoded
  std::string_view value;  ///< raw JSON text inside the parsed body
};

/// The members of an object, in the order written; of those with one name only the last. Names and values are
/// views: of the text, and of this for names that are written with escapes.
class Members {
 public:
  Members() = default;
  /// Of a text that is known to be a well-formed object.
  explicit Members(std::string_view object) { (void)Cut(object, kMostLevels); }

  /// False if the text is no well-formed object, or deeper than `depth`.
  [[nodiscard]] bool Cut(std::string_view object, int depth);

  [[nodiscard]] const std::vector<Member>& list() const { return list_; }
  [[nodiscard]] auto begin() const { return list_.begin(); }
  [[nodiscard]] auto end() const { return list_.end(); }

 private:
  [[nodiscard]] bool Holds(std::string_view name) const;
  void DropShadowed();

  std::vector<Member> list_;
  Kept decoded_;  ///< names with escapes
};

/// Well-formed JSON in UTF-8, not deeper than `depth`. `what` names the text in the message.
[[nodiscard]] Failure CheckJson(std::string_view text, std::string_view what, int depth = kMaxDepth);

/// CheckJson, and the text is an object.
[[nodiscard]] Failure ParseObject(std::string_view text, std::string_view what, Members* out,
                                  int depth = kMaxDepth);

/// The elements of a text that is known to be a well-formed array.
[[nodiscard]] std::vector<std::string_view> Elements(std::string_view array);

[[nodiscard]] inline bool IsObject(std::string_view v) { return !v.empty() && v[0] == '{'; }
[[nodiscard]] inline bool IsArray(std::string_view v) { return !v.empty() && v[0] == '['; }
[[nodiscard]] inline bool IsNull(std::string_view v) { return v == "null"; }

/// The decoded text of a well-formed value if it is a string.
[[nodiscard]] std::optional<std::string> AsString(std::string_view value);
/// The same without a copy where there is no escape; else it is decoded into `room`.
[[nodiscard]] std::optional<std::string_view> AsText(std::string_view value, std::string* room);

/// The number of a well-formed value if it is written as an integer and fits 64 bits.
[[nodiscard]] std::optional<int64_t> AsInteger(std::string_view value);

[[nodiscard]] std::optional<bool> AsBool(std::string_view value);

/// Appends `utf8` as a JSON string.
void AppendQuoted(std::string* out, std::string_view utf8);
[[nodiscard]] std::string Quoted(std::string_view utf8);

[[nodiscard]] bool ValidUtf8(std::string_view text);

/// A name from a caller, for an error message: only so much of it that the caller can find it.
[[nodiscard]] std::string Shortened(std::string_view utf8);

/// Number of code points in valid UTF-8.
[[nodiscard]] size_t CodePoints(std::string_view utf8);

}  // namespace anon

#endif  // ANON_MODEL_JSON_H_
