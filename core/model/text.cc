#include "model/text.h"

#include <algorithm>

#include "model/instant.h"
#include "model/json.h"

namespace anon {

void AppendPieces(std::string* out, Pieces pieces) {
  size_t size = out->size();
  for (const std::string_view piece : pieces) size += piece.size();
  // At least doubled: what is appended to again and again must not be copied again and again.
  if (size > out->capacity()) out->reserve(std::max(size, 2 * out->capacity()));
  for (const std::string_view piece : pieces) *out += piece;
}

void Separate(std::string* out) {
  if (!out->empty() && out->back() != '{' && out->back() != '[') *out += ',';
}

void AppendToken(std::string* out, std::string_view name, std::string_view token) {
  if (token.empty()) return;
  Separate(out);
  Append(out, "\"", name, "\":", token);
}

void AppendText(std::string* out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  Separate(out);
  Append(out, "\"", name, "\":");
  AppendQuoted(out, text);
}

void AppendNumber(std::string* out, std::string_view name, std::optional<int64_t> number) {
  if (number) AppendToken(out, name, std::to_string(*number));
}

void AppendTime(std::string* out, std::string_view name, std::optional<int64_t> at) {
  if (at) AppendText(out, name, FormatInstant(*at));
}

}  // namespace anon
