// The outbox: what is to be sent next, and in how many parts. Its order is that of the associations; a part
// stands where its whole stood, so nothing is overtaken.
#include "association/association.h"
#include "model/json.h"
#include "rest/operations.h"
#include "rest/parameters.h"

namespace anon {
namespace {

// The results of a receipt that has none yet, for the services of a raw list.
std::string PendingResults(const std::vector<std::string_view>& services) {
  std::string out = "[";
  for (const std::string_view service : services) {
    for (const Member& member : Members(service)) {
      if (member.name != "service_id") continue;
      Separate(&out);
      Append(&out, "{\"service_id\":", member.value, "}");
    }
  }
  return out + ']';
}

std::string ListOf(const std::vector<std::string_view>& services) {
  std::string out = "[";
  for (const std::string_view service : services) {
    Separate(&out);
    out += service;
  }
  return out + ']';
}

// The envelope of some of another one's services, under an id of its own.
std::string PartText(Envelope envelope, const std::string& id, const std::string& services) {
  envelope.association_id = id;
  envelope.services = services;
  return EnvelopeText(envelope);
}

// The association whose receipt the page sees.
std::string WholeOf(const std::string& id, const Record& record) {
  return record.Has(Tag::kPartOf) ? std::string(record.Text(Tag::kPartOf)) : id;
}

void MarkWhole(Context& context, const std::string& id) {
  Record record;
  const std::string* bytes = FindAssociation(context, id);
  if (bytes == nullptr || !record.Decode(*bytes)) return;
  if (record.Text(Tag::kPhase) == kSentPhase && record.Has(Tag::kSent)) return;
  SetPhase(context, kSentPhase, &record);
  record.SetInteger(Tag::kSent, 1);
  context.Put(Op::kPutAssociation, id, 0, record);
}

}  // namespace

Answer NextDelivery(Context& context) {
  if (auto failure = OnlyParameters(context.request, "")) return *failure;
  const Tenant* tenant = context.tenant();
  if (tenant == nullptr) return Empty(204);
  for (const auto& [place, id] : tenant->outbox) {
    const std::string* bytes = FindAssociation(context, id);
    if (bytes == nullptr || IsSealed(*tenant, PeekText(*bytes, Tag::kCustomerId))) continue;
    Response response = Json(200, std::string(PeekText(*bytes, Tag::kEnvelope)));
    response.AddHeader("Association-Id", id);
    response.AddHeader("Customer", PercentEncode(PeekText(*bytes, Tag::kCustomerId)));
    if (const auto progress = PeekText(*bytes, Tag::kProgress); !progress.empty()) {
      response.AddHeader("Progress", PercentEncode(progress));
    }
    return response;
  }
  return Empty(204);
}

Answer MarkSent(Context& context) {
  const std::string& id = context.arguments[0];
  Record record;
  if (auto failure = LoadOpen(context, &record)) return *failure;
  const bool sent = record.Has(Tag::kSent) && record.Text(Tag::kPhase) == kSentPhase;
  if (record.Has(Tag::kOrder) && !sent) {
    SetPhase(context, kSentPhase, &record);
    record.SetInteger(Tag::kSent, 1);
    context.Put(Op::kPutAssociation, id, 0, record);
    if (record.Has(Tag::kPartOf)) MarkWhole(context, WholeOf(id, record));
  }
  return Receipt(200, id, record);
}

Answer RetryAssociation(Context& context) {
  const std::string& id = context.arguments[0];
  Record record;
  if (auto failure = LoadOpen(context, &record)) return *failure;
  if (record.Text(Tag::kPhase) != kRejected || record.Has(Tag::kPartOf)) {
    return Conflict("association_id: only a rejected association can be tried again");
  }
  const int64_t place = context.store().NextOrder();
  for (const std::string& part_id : PartIds(context, id)) {
    Record part;
    if (!part.Decode(*FindAssociation(context, part_id))) continue;
    SetPhase(context, kPending, &part);
    part.Erase(Tag::kProblem);
    part.SetInteger(Tag::kOrder, place);
    context.Put(Op::kPutAssociation, part_id, 0, part);
  }
  SetPhase(context, kPending, &record);
  record.Erase(Tag::kProblem);
  if (record.Has(Tag::kEnvelope)) record.SetInteger(Tag::kOrder, place);
  context.Put(Op::kPutAssociation, id, 0, record);
  return Receipt(200, id, record);
}

Answer SplitAssociation(Context& context) {
  const std::string& id = context.arguments[0];
  Record record;
  if (auto failure = LoadOpen(context, &record)) return *failure;
  if (!record.Has(Tag::kOrder)) return Conflict("association_id: it is not in the outbox");
  Envelope envelope;
  if (auto failure = ReadEnvelope(record.Text(Tag::kEnvelope), &envelope)) return *failure;
  const auto services = Elements(envelope.services);
  if (services.size() < 2) {
    return TooLarge("association_id: it holds one service, which cannot be cut");
  }
  const auto middle = services.begin() + static_cast<ptrdiff_t>(services.size() / 2);
  const std::vector<std::string_view> halves[] = {{services.begin(), middle}, {middle, services.end()}};
  for (size_t i = 0; i < 2; ++i) {
    const std::string part_id = id + '.' + std::to_string(i);
    Record part = record;
    part.Erase(Tag::kBefore);
    part.Erase(Tag::kProgress);
    part.Set(Tag::kPartOf, WholeOf(id, record));
    part.Set(Tag::kResults, PendingResults(halves[i]));
    part.Set(Tag::kEnvelope, PartText(envelope, part_id, ListOf(halves[i])));
    context.Put(Op::kPutAssociation, part_id, 0, part);
  }
  if (record.Has(Tag::kPartOf)) {
    context.Remove(Op::kRemoveAssociation, id);
  } else {
    record.Erase(Tag::kEnvelope);
    record.Erase(Tag::kOrder);
    context.Put(Op::kPutAssociation, id, 0, record);
  }
  return Empty(204);
}

// What a page that goes away can still send: the same services in envelopes of about so many bytes. They are
// extra copies; the whole is sent again all the same, and finds its services there.
Answer SliceAssociation(Context& context) {
  if (auto failure = OnlyParameters(context.request, "bytes")) return *failure;
  const std::string& id = context.arguments[0];
  Record record;
  if (auto failure = LoadOpen(context, &record)) return *failure;
  int64_t bytes = 16 * 1024;
  if (auto failure = ReadNumber(context.request, "bytes", 1024, static_cast<int64_t>(kMaxBody), &bytes)) {
    return *failure;
  }
  Response response = Json(200, "[");
  Envelope envelope;
  if (record.Has(Tag::kOrder) && !ReadEnvelope(record.Text(Tag::kEnvelope), &envelope)) {
    const auto services = Elements(envelope.services);
    size_t number = 0;
    for (size_t first = 0; first < services.size();) {
      size_t size = 0;
      size_t last = first;
      while (last < services.size() && (last == first || size + services[last].size() <= size_t(bytes))) {
        size += services[last++].size();
      }
      const std::string slice_id = id + ".s" + std::to_string(number++);
      const std::vector<std::string_view> slice(services.begin() + static_cast<ptrdiff_t>(first),
                                                services.begin() + static_cast<ptrdiff_t>(last));
      Separate(&response.body);
      response.body += '{';
      AppendText(&response.body, "association_id", slice_id);
      AppendText(&response.body, "body", PartText(envelope, slice_id, ListOf(slice)));
      response.body += '}';
      first = last;
    }
  }
  response.body += ']';
  return response;
}

}  // namespace anon
