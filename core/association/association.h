// Associations: the hand-over of whole services to a customer (contract section 6), as the sender keeps them
// (outbox and receipts) and as the receiver keeps them (what was applied, and the receipt it gave).
//
// An association is a Record under these tags:
//   kCustomerId  the customer
//   kPhase       text: pending, sent, acknowledged, rejected
//   kCreated     ms
//   kDigest      SHA-256 in hex over the bytes of the envelope's `services` list
//   kEnvelope    what is sent, byte for byte the same at every try; dropped once acknowledged
//   kResults     JSON list of { service_id, result? }
//   kProblem     JSON { status, code, message } of a rejection
//   kOrder       place in the outbox; only while it is unfinished
//
//   envelope = { association_id, customer_id, digest, services: [ whole services ] }
#ifndef ANON_ASSOCIATION_ASSOCIATION_H_
#define ANON_ASSOCIATION_ASSOCIATION_H_

#include <string>
#include <string_view>
#include <vector>

#include "model/event.h"
#include "model/record.h"
#include "store/store.h"

namespace anon {

/// SHA-256 in hex over the raw bytes of a `services` list.
[[nodiscard]] std::string DigestOf(std::string_view services);

/// The receipt as the page sees it: { association_id, customer_id, state, created, services, error? }.
void AppendReceipt(std::string* out, std::string_view association_id, const Record& record);

/// A service as it stands in an envelope, read back into records.
struct ImportedService {
  std::string id;
  Record record;
  std::vector<Record> states;
  std::vector<Record> tasks;
};

/// Reads one whole service. Extensions stay byte for byte. On failure the message names the field.
[[nodiscard]] Failure ReadService(std::string_view text, const ValueLists& lists, ImportedService* out);

}  // namespace anon

#endif  // ANON_ASSOCIATION_ASSOCIATION_H_
