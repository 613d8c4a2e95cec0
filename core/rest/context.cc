#include "rest/context.h"

#include <algorithm>

#include "model/instant.h"
#include "model/json.h"

namespace anon {

const Service* Context::FindService(std::string_view service_id) const {
  const Service* service = store_->Find(request.tenant, service_id);
  return service != nullptr && MaySee(*service) ? service : nullptr;
}

bool Context::InReach(const Service& service) const {
  if (!request.group.empty() && service.group() != request.group) return false;
  return !request.principal.local || !IsSealed(*service.tenant, service);
}

Visit Context::visit() const {
  return request.principal.local && tenant() != nullptr ? CurrentVisit(*tenant()) : Visit();
}

bool Context::MaySee(const Service& service) const {
  if (!InReach(service)) return false;
  const Principal& who = request.principal;
  const bool reads = request.method == "GET";
  if (who.local || (reads ? who.reader : who.writer)) return true;
  const std::string_view customer = service.customer_id();
  if (!customer.empty()) return customer == who.customer;
  return who.claims.find(service.id()) != who.claims.end();
}

void Context::Put(Op op, std::string_view id, uint32_t index, std::string_view record) {
  Make({op, request.tenant, id, index, record});
}

void Context::Remove(Op op, std::string_view id) { Make({op, request.tenant, id, 0, {}}); }

void Context::TouchService(const Service& service) {
  if (!service.active || !PeekInteger(service.record, Tag::kAutoCompleteAfter)) return;
  Record record = service.Decoded();
  record.SetInteger(Tag::kUpdated, clock_);
  Put(Op::kPutService, service.id(), 0, record);
}

void Context::Make(const Change& change) {
  // Before it is applied: its id may point to what it removes.
  const size_t before = journal_->size();
  if (before == entry_) BeginEntry(journal_, clock_);
  AppendChange(journal_, change);
  if (!store_->Apply(change)) journal_->resize(before);
}

void AddLocation(const Context& context, std::string_view id, std::string_view part, Response* response) {
  std::string& out = response->headers;
  out.reserve(context.options.base_path.size() + id.size() + part.size() + 32);
  Append(&out, "Location: ", context.options.base_path, "/services/");
  AppendPercentEncoded(&out, id);
  Append(&out, part, "\n");
}

Response Json(int status, std::string body) { return Response{status, {}, std::move(body)}; }

Response Empty(int status) { return Response{status, {}, {}}; }

Error NotFound(std::string_view what, std::string_view id) {
  return Failed(Code::kNotFound, {"There are no ", what, " found for : ", id});
}

Error ServiceNotFound(std::string_view id) { return NotFound("service", id); }

std::optional<uint32_t> ParseIndex(std::string_view text) {
  const auto number = AsInteger(text);
  if (!number || *number < 0 || *number > INT32_MAX) return std::nullopt;
  return static_cast<uint32_t>(*number);
}

std::optional<int64_t> Lifetime(const Event& event, int64_t clock) {
  if (!event.ttl) return event.expiration_time;
  const int64_t most = (kLatestInstant - clock) / 1000;
  return *event.ttl > most ? kLatestInstant : clock + *event.ttl * 1000;
}

void SetLifetime(const Event& event, int64_t clock, Record* record) {
  if (const auto end = Lifetime(event, clock)) record->SetInteger(Tag::kExpires, *end);
}

}  // namespace anon
