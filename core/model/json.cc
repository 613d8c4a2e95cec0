#include "model/json.h"

#include <algorithm>

#include "model/order.h"
#include "model/scanner.h"

namespace anon {
namespace {

// Deepest bracket nesting, strings skipped. Of text that is not well-formed too: what is both is called deep.
int Depth(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

void AppendUtf8(std::string* out, uint32_t point) {
  if (point < 0x80) {
    *out += static_cast<char>(point);
    return;
  }
  const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  constexpr uint8_t kLeads[] = {0, 0xC0, 0xE0, 0xF0};
  *out += static_cast<char>(kLeads[more] | point >> (6 * more));
  for (int shift = 6 * more - 6; shift >= 0; shift -= 6) {
    *out += static_cast<char>(0x80 | (point >> shift & 0x3F));
  }
}

// What stands between the quotes of a well-formed string, with its escapes decoded.
std::string Decoded(std::string_view inside) {
  std::string out;
  out.reserve(inside.size());
  for (size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] != '\\') {
      out += inside[i];
      continue;
    }
    const char c = inside[++i];
    if (c != 'u') {
      constexpr std::string_view kLetters = "bfnrt";
      const size_t letter = kLetters.find(c);
      out += letter == std::string_view::npos ? c : "\b\f\n\r\t"[letter];
      continue;
    }
    auto point = static_cast<uint32_t>(HexDigits(inside.substr(i + 1), 4));
    i += 4;
    if (point >= 0xD800 && point <= 0xDBFF) {
      point = 0x10000 + ((point - 0xD800) << 10) +
              (static_cast<uint32_t>(HexDigits(inside.substr(i + 3), 4)) - 0xDC00);
      i += 6;
    }
    AppendUtf8(&out, point);
  }
  return out;
}

// A number below 64 by which most names differ.
unsigned BitOf(std::string_view name) {
  if (name.empty()) return 0;
  const auto first = static_cast<unsigned char>(name.front());
  const auto last = static_cast<unsigned char>(name.back());
  return static_cast<unsigned>(first * 7 + last * 3 + name.size() * 5) % 64;
}

Error Malformed(std::string_view text, std::string_view what, int depth) {
  if (Depth(text) > depth) {
    return Invalid(what, ": nested deeper than ", std::to_string(depth), " levels");
  }
  return Invalid(what, ": not well-formed JSON in UTF-8");
}

}  // namespace

bool Members::Cut(std::string_view object, int depth) {
  constexpr size_t kFew = 16;
  list_.reserve(kFew);
  Scanner scanner(object);
  if (!scanner.Take('{')) return false;
  uint64_t seen = 0;
  bool shadowed = false;
  bool more = !scanner.Take('}');
  while (more) {
    Member member;
    bool escaped = false;
    if (!scanner.Name(&member.name, &escaped) || !scanner.Value(depth - 1, &member.value)) return false;
    if (escaped) member.name = decoded_.Add(Decoded(member.name));
    // A bit for each name: only one whose bit was seen before can have come before.
    const uint64_t bit = uint64_t{1} << BitOf(member.name);
    shadowed = shadowed || ((seen & bit) != 0 && (list_.size() > kFew || Holds(member.name)));
    seen |= bit;
    list_.push_back(member);
    more = scanner.Take(',');
    if (!more && !scanner.Take('}')) return false;
  }
  if (shadowed) DropShadowed();
  return scanner.Done();
}

bool Members::Holds(std::string_view name) const {
  for (const Member& member : list_) {
    if (member.name == name) return true;
  }
  return false;
}

void Members::DropShadowed() {
  const auto order =
      Ordered(list_.size(), [this](uint32_t a, uint32_t b) { return list_[a].name.compare(list_[b].name); });
  for (size_t i = 1; i < order.size(); ++i) {
    // No value is empty, so that is the mark of one that goes.
    if (list_[order[i - 1]].name == list_[order[i]].name) list_[order[i - 1]].value = {};
  }
  size_t kept = 0;
  for (const Member& member : list_) {
    if (!member.value.empty()) list_[kept++] = member;
  }
  list_.resize(kept);
}

Failure CheckJson(std::string_view text, std::string_view what, int depth) {
  Scanner scanner(text);
  std::string_view value;
  if (!scanner.Value(depth, &value) || !scanner.Done()) return Malformed(text, what, depth);
  return std::nullopt;
}

Failure ParseObject(std::string_view text, std::string_view what, Members* out, int depth) {
  if (out->Cut(text, depth)) return std::nullopt;
  if (auto failure = CheckJson(text, what, depth)) return failure;
  return Invalid(what, ": a JSON object is expected");
}

std::vector<std::string_view> Elements(std::string_view array) {
  std::vector<std::string_view> elements;
  Scanner scanner(array);
  std::string_view element;
  bool more = scanner.Take('[') && !scanner.Take(']');
  for (; more && scanner.Value(kMostLevels, &element); more = scanner.Take(',')) elements.push_back(element);
  return elements;
}

std::optional<std::string_view> AsText(std::string_view value, std::string* room) {
  if (value.size() < 2 || value[0] != '"') return std::nullopt;
  const std::string_view inside = value.substr(1, value.size() - 2);
  if (inside.find('\\') == std::string_view::npos) return inside;
  std::string_view whole;
  if (!Scanner(value).Value(0, &whole)) return std::nullopt;
  *room = Decoded(inside);
  return *room;
}

std::optional<std::string> AsString(std::string_view value) {
  std::string room;
  const auto text = AsText(value, &room);
  if (!text) return std::nullopt;
  return room.empty() ? std::string(*text) : std::move(room);
}

std::optional<int64_t> AsInteger(std::string_view value) {
  const bool negative = !value.empty() && value[0] == '-';
  if (negative) value.remove_prefix(1);
  if (value.empty()) return std::nullopt;
  const uint64_t most = static_cast<uint64_t>(INT64_MAX) + (negative ? 1 : 0);
  uint64_t number = 0;
  for (const char c : value) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<uint64_t>(c - '0');
    if (number > (most - digit) / 10) return std::nullopt;
    number = number * 10 + digit;
  }
  return static_cast<int64_t>(negative ? 0 - number : number);
}

std::optional<bool> AsBool(std::string_view value) {
  if (value == "true") return true;
  if (value == "false") return false;
  return std::nullopt;
}

void AppendQuoted(std::string* out, std::string_view utf8) {
  constexpr char kHex[] = "0123456789abcdef";
  *out += '"';
  size_t plain = 0;  // where what is not written yet begins
  for (size_t i = PlainLength(utf8); i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    *out += utf8.substr(plain, i - plain);
    plain = i + 1;
    *out += '\\';
    if (c >= 0x20) {
      *out += utf8[i];
    } else if (c == '\n' || c == '\r' || c == '\t') {
      *out += c == '\n' ? 'n' : c == '\r' ? 'r' : 't';
    } else {
      *out += {'u', '0', '0', kHex[c >> 4], kHex[c & 15]};
    }
  }
  *out += utf8.substr(plain);
  *out += '"';
}

std::string Quoted(std::string_view utf8) {
  std::string out;
  AppendQuoted(&out, utf8);
  return out;
}

bool ValidUtf8(std::string_view text) {
  text.remove_prefix(PlainLength(text));
  while (!text.empty()) {
    const size_t length = (text[0] & 0x80) == 0 ? 1 : Utf8Length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string Shortened(std::string_view utf8) {
  size_t cut = 64;
  if (utf8.size() <= cut) return std::string(utf8);
  while ((static_cast<unsigned char>(utf8[cut]) & 0xC0) == 0x80) --cut;
  return std::string(utf8.substr(0, cut)) + "…";
}

size_t CodePoints(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(
      utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace anon
