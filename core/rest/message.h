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
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/error.h"

namespace anon {

/// Who asks, as the host found out.
struct Principal {
  bool local = false;    ///< the page itself, on its own store
  bool reader = false;   ///< may read everything of the tenant
  bool writer = false;   ///< may change everything of the tenant
  bool visitor = false;  ///< may start services and act on those it holds a claim to
  std::string customer;  ///< may act on this customer's services; empty if none
  std::set<std::string, std::less<>> claims;
};

/// A query parameter's values: split at commas and gathered over repetitions, then percent-decoded.
using Query = std::map<std::string, std::vector<std::string>, std::less<>>;

struct Request {
  std::array<uint8_t, 16> random{};
  std::string_view method;
  std::string_view path;              ///< raw, after the base path, without a leading slash
  std::vector<std::string> segments;  ///< percent-decoded
  std::string_view raw_query;
  Query query;
  std::string tenant;           ///< ContactCenterId
  std::string group;            ///< GroupId
  std::string idempotency_key;  ///< Idempotency-Key
  std::string_view content_type;
  Principal principal;
  std::string_view body;  ///< views point into the message that was parsed
};

/// Largest body accepted, in bytes (contract section 2).
inline constexpr size_t kMaxBody = 256 * 1024;

/// Cuts `message`; what is wrong with it as a request (bad encoding, body too large) is the failure.
[[nodiscard]] Failure ParseRequest(std::string_view message, std::string_view base_path, Request* out);

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  ///< JSON, or empty
};

[[nodiscard]] Response ErrorResponse(const Error& error);
[[nodiscard]] std::string Serialize(const Response& response);

/// Percent-encodes everything but RFC 3986's unreserved characters.
[[nodiscard]] std::string PercentEncode(std::string_view text);
/// Empty optional for a broken escape or a result that is not UTF-8.
[[nodiscard]] std::optional<std::string> PercentDecode(std::string_view text);

}  // namespace anon

#endif  // ANON_REST_MESSAGE_H_
