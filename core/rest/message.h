// Requests and responses as they cross into and out of the core.
//
//   request  = 16 random bytes, METHOD SP target LF, (Name ":" SP value LF)*, LF, body
//   response = (Name ":" SP value LF)*, LF, body                      (the status goes beside it)
//
// Three headers are the host's own and say who asks; a host sets them from credentials it has checked and
// never copies them from a remote request:
//   Role      space-separated words out of: local reader writer visitor
//   Customer  the customer id of the credentials, percent-encoded
//   Claims    space-separated, percent-encoded ids of services whose claim tokens were verified
#ifndef ANON_REST_MESSAGE_H_
#define ANON_REST_MESSAGE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.h"
#include "model/kept.h"

namespace anon {

/// Who asks, as the host found out.
struct Principal {
  bool local = false;         ///< the page itself, on its own store
  bool reader = false;        ///< may read everything of the tenant
  bool writer = false;        ///< may change everything of the tenant
  bool visitor = false;       ///< may start services and act on those it holds a claim to
  std::string_view customer;  ///< may act on this customer's services; empty if none
  std::set<std::string_view> claims;
};

/// The segments of a path, percent-decoded.
class Segments {
 public:
  /// More than any operation's path has; those beyond are counted only.
  static constexpr size_t kMost = 8;

  void Add(std::string_view segment) {
    if (size_ < kMost) list_[size_] = segment;
    ++size_;
  }
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] std::string_view operator[](size_t i) const { return list_[i]; }

 private:
  std::array<std::string_view, kMost> list_;
  size_t size_ = 0;
};

/// The parameters of a query, percent-decoded.
class Query {
 public:
  struct Parameter {
    std::string_view name;
    std::optional<std::string_view> value;  ///< one of those between commas; none in `name=` and `name`
  };

  void Add(std::string_view name, std::optional<std::string_view> value) { list_.push_back({name, value}); }
  [[nodiscard]] const std::vector<Parameter>& list() const { return list_; }
  [[nodiscard]] bool Has(std::string_view name) const;
  /// Gathered over commas and repetitions.
  [[nodiscard]] std::vector<std::string_view> Values(std::string_view name) const;
  /// Its value if it has exactly one.
  [[nodiscard]] std::optional<std::string_view> Only(std::string_view name) const;

 private:
  std::vector<Parameter> list_;
};

/// The views point into the message that was parsed, and into `kept` where something had to be decoded.
struct Request {
  std::array<uint8_t, 16> random{};
  std::string_view method;
  std::string_view path;  ///< raw, after the base path, without a leading slash
  Segments segments;
  std::string_view raw_query;
  Query query;
  std::string_view tenant;           ///< ContactCenterId
  std::string_view group;            ///< GroupId
  std::string_view idempotency_key;  ///< Idempotency-Key
  std::string_view content_type;
  Principal principal;
  std::string_view body;
  Kept kept;
};

/// Largest body accepted, in bytes (contract section 2).
inline constexpr size_t kMaxBody = 256 * 1024;

/// Cuts `message`; what is wrong with it as a request (bad encoding, body too large) is the failure.
[[nodiscard]] Failure ParseRequest(std::string_view message, std::string_view base_path, Request* out);

struct Response {
  int status = 200;
  std::string headers;  ///< (Name ":" SP value LF)*
  std::string body;     ///< JSON, or empty

  void AddHeader(std::string_view name, std::string_view value);
};

[[nodiscard]] Response ErrorResponse(const Error& error);
[[nodiscard]] std::string Serialize(Response response);

/// Percent-encodes everything but RFC 3986's unreserved characters.
[[nodiscard]] std::string PercentEncode(std::string_view text);
void AppendPercentEncoded(std::string* out, std::string_view text);
/// What `text` stands for; decoded into `kept` if it has an escape. Empty for a broken escape or a result
/// that is not UTF-8.
[[nodiscard]] std::optional<std::string_view> PercentDecode(std::string_view text, Kept* kept);

}  // namespace anon

#endif  // ANON_REST_MESSAGE_H_
