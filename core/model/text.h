// Texts put together from pieces, and JSON written member by member. All of it goes to the end of a string.
#ifndef ANON_MODEL_TEXT_H_
#define ANON_MODEL_TEXT_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace anon {

using Pieces = std::initializer_list<std::string_view>;

void AppendPieces(std::string* out, Pieces pieces);

template <class... Piece>
void Append(std::string* out, const Piece&... pieces) {
  AppendPieces(out, {std::string_view(pieces)...});
}

template <class... Piece>
[[nodiscard]] std::string Joined(const Piece&... pieces) {
  std::string out;
  AppendPieces(&out, {std::string_view(pieces)...});
  return out;
}

/// A comma, unless a list or an object has just begun.
void Separate(std::string* out);

/// Members with what separates them from the one before: `"name":token` and so on. Nothing where there is no
/// value: a token or text that is empty, a number or time (ms) that is not there.
void AppendToken(std::string* out, std::string_view name, std::string_view token);
void AppendText(std::string* out, std::string_view name, std::string_view text);
void AppendNumber(std::string* out, std::string_view name, std::optional<int64_t> number);
void AppendTime(std::string* out, std::string_view name, std::optional<int64_t> at);

}  // namespace anon

#endif  // ANON_MODEL_TEXT_H_
