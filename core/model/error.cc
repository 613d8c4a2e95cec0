#include "model/error.h"

#include "model/json.h"

namespace anon {
namespace {

constexpr char kPackage[] = "com.genesyslab.gsg.services.contextservices.exceptions.";

// In the order of Code.
constexpr CodeInfo kTable[] = {
    {400, "not_found", "NotFoundException"},
    {400, "invalid_request", "BadRequestException"},
    {401, "unauthorized", "UnauthorizedException"},
    {403, "forbidden", "ForbiddenException"},
    {403, "customer_mismatch", "ForbiddenException"},
    {404, "no_such_path", "NoSuchPathException"},
    {405, "method_not_allowed", "MethodNotAllowedException"},
    {409, "conflict", "ConflictException"},
    {409, "unverified", "ConflictException"},
    {413, "too_large", "TooLargeException"},
    {415, "unsupported_media_type", "UnsupportedMediaTypeException"},
};

}  // namespace

const CodeInfo& Info(Code code) { return kTable[static_cast<size_t>(code)]; }

Error Failed(Code code, Pieces message) {
  Error error{code, {}};
  AppendPieces(&error.message, message);
  return error;
}

std::string ErrorBody(const Error& error) {
  const CodeInfo& info = Info(error.code);
  std::string body = "{\"message\":";
  AppendQuoted(&body, error.message);
  Append(&body, ",\"exception\":\"", kPackage, info.exception, "\",\"code\":\"", info.word, "\"}");
  return body;
}

}  // namespace anon
