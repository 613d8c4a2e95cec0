#include "rest/message.h"

#include <algorithm>

#include "model/json.h"

namespace anon {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Takes the text up to `end` off the front; the whole rest if `end` is not there.
std::string_view TakeUntil(std::string_view* text, char end) {
  const size_t at = text->find(end);
  const std::string_view taken = text->substr(0, at);
  text->remove_prefix(at == std::string_view::npos ? text->size() : at + 1);
  return taken;
}

bool EqualNoCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return lower(x) == lower(y);
  });
}

Failure ReadName(std::string_view header, std::string_view value, size_t most, std::string* out) {
  if (value.size() > most || !ValidUtf8(value)) {
    return Invalid(std::string(header) + ": UTF-8 text of at most " + std::to_string(most) +
                   " bytes is accepted");
  }
  *out = value;
  return std::nullopt;
}

Failure ReadHeader(std::string_view name, std::string_view value, Request* out) {
  if (EqualNoCase(name, "ContactCenterId")) return ReadName(name, value, 256, &out->tenant);
  if (EqualNoCase(name, "GroupId")) return ReadName(name, value, 256, &out->group);
  if (EqualNoCase(name, "Idempotency-Key")) {
    return ReadName(name, value, 256, &out->idempotency_key);
  }
  if (EqualNoCase(name, "Content-Type")) {
    out->content_type = value;
  } else if (EqualNoCase(name, "Role")) {
    while (!value.empty()) {
      const std::string_view word = TakeUntil(&value, ' ');
      if (word == "local") out->principal.local = true;
      if (word == "reader") out->principal.reader = true;
      if (word == "writer") out->principal.writer = true;
      if (word == "visitor") out->principal.visitor = true;
    }
  } else if (EqualNoCase(name, "Customer")) {
    out->principal.customer = PercentDecode(value).value_or("");
  } else if (EqualNoCase(name, "Claims")) {
    while (!value.empty()) {
      if (auto id = PercentDecode(TakeUntil(&value, ' '))) {
        out->principal.claims.insert(std::move(*id));
      }
    }
  }
  return std::nullopt;
}

Failure ReadTarget(std::string_view target, std::string_view base_path, Request* out) {
  const size_t question = target.find('?');
  std::string_view path = target.substr(0, question);
  out->raw_query = question == std::string_view::npos ? "" : target.substr(question + 1);
  const std::string_view behind = path.substr(std::min(base_path.size(), path.size()), 1);
  if (path.substr(0, base_path.size()) == base_path && (behind.empty() || behind == "/")) {
    path.remove_prefix(base_path.size());
  }
  if (!path.empty() && path[0] == '/') path.remove_prefix(1);
  out->path = path;
  for (bool more = true; more;) {
    more = path.find('/') != std::string_view::npos;
    auto segment = PercentDecode(TakeUntil(&path, '/'));
    if (!segment) return Invalid("path: percent-encoded UTF-8 is expected");
    out->segments.push_back(std::move(*segment));
  }
  std::string_view query = out->raw_query;
  while (!query.empty()) {
    std::string_view values = TakeUntil(&query, '&');
    if (values.empty()) continue;
    const auto name = PercentDecode(TakeUntil(&values, '='));
    if (!name) return Invalid("query: percent-encoded UTF-8 is expected");
    std::vector<std::string>& list = out->query[*name];
    while (!values.empty()) {
      std::string text(TakeUntil(&values, ','));
      std::replace(text.begin(), text.end(), '+', ' ');
      auto value = PercentDecode(text);
      if (!value) return Invalid(*name + ": percent-encoded UTF-8 is expected");
      list.push_back(std::move(*value));
    }
  }
  return std::nullopt;
}

}  // namespace

Failure ParseRequest(std::string_view message, std::string_view base_path, Request* out) {
  if (message.size() < out->random.size()) return Invalid("request: too short");
  std::copy_n(message.begin(), out->random.size(), out->random.begin());
  message.remove_prefix(out->random.size());

  std::string_view target = TakeUntil(&message, '\n');
  out->method = TakeUntil(&target, ' ');
  // The headers before the target, so that even a request with a bad path is answered as who asks.
  while (!message.empty() && message[0] != '\n') {
    std::string_view value = TakeUntil(&message, '\n');
    const std::string_view name = TakeUntil(&value, ':');
    if (!value.empty() && value[0] == ' ') value.remove_prefix(1);
    if (auto failure = ReadHeader(name, value, out)) return failure;
  }
  if (!message.empty()) message.remove_prefix(1);
  out->body = message;
  if (out->body.size() > kMaxBody) {
    return Error{Code::kTooLarge, "body: at most 262144 bytes are accepted"};
  }
  return ReadTarget(target, base_path, out);
}

Response ErrorResponse(const Error& error) { return Response{Info(error.code).status, {}, ErrorBody(error)}; }

std::string Serialize(const Response& response) {
  std::string out;
  out.reserve(response.body.size() + 64);
  for (const auto& [name, value] : response.headers) {
    out += name;
    out += ": ";
    out += value;
    out += '\n';
  }
  out += '\n';
  out += response.body;
  return out;
}

std::string PercentEncode(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::optional<std::string> PercentDecode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = HexValue(text[i + 1]);
    const int low = HexValue(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (!ValidUtf8(out)) return std::nullopt;
  return out;
}

}  // namespace anon
