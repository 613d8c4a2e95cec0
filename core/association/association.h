// Associations: the hand-over of whole services to a customer (contract section 6), as the sender keeps them
// (outbox and receipts) and as the receiver keeps them (what was applied, and the receipt it gave).
//
// An association is a Record under these tags:
//   kCustomerId  the customer
//   kPhase       text: pending, sent, acknowledged, rejected, undone
//   kCreated     ms
//   kUpdated     ms: when the phase last changed
//   kDigest      of the envelope (see below); the receiver's only
//   kEnvelope    what is sent, byte for byte the same at every try; dropped once acknowledged or undone
//   kResults     JSON list of { service_id, result?, server_service_id? }
//   kProblem     JSON { status, code, message } of a rejection
//   kOrder       place in the outbox; only while it is to be sent
//   kBefore      JSON list of { service_id, … }: how its services were before (association/before.h)
//   kSent        1 once it may have left this browser
//   kUndoes      the association that this one undoes
//   kUndoneBy    the association that undoes this one at the server
//   kPartOf      the association whose services this one carries a part of; its own id is `<that>.<n>`
//   kProgress    JSON object: how far a replay on a plain Context Services server has come
//
//   envelope = { association_id, customer_id, digest, undoes?, reassign?, follows?, services: [ … ] }
//
// `services` are whole services, or { service_id } in one that undoes. `reassign`: true takes services from
// other customers too, which needs a writer. `follows` names associations of this sender that were undone and
// held some of these services: the receiver gives those back to nobody else. The digest is SHA-256 in hex
// over association_id, customer_id, undoes, "reassign" or nothing, each of `follows`, each with a line feed
// behind it, and the raw bytes of the `services` list.
//
// A large association is sent in parts, each an association of its own to the receiver. Its record then has
// no envelope, and the parts have records of theirs until each is acknowledged.
#ifndef ANON_ASSOCIATION_ASSOCIATION_H_
#define ANON_ASSOCIATION_ASSOCIATION_H_

#include <string>
#include <string_view>
#include <vector>

#include "model/event.h"
#include "model/record.h"
#include "rest/context.h"

namespace anon {

/// Most services of one association, and most associations that it follows.
inline constexpr size_t kMostServices = 1000;

inline constexpr std::string_view kPending = "pending";
inline constexpr std::string_view kSentPhase = "sent";
inline constexpr std::string_view kAcknowledged = "acknowledged";
inline constexpr std::string_view kRejected = "rejected";
inline constexpr std::string_view kUndone = "undone";

/// An entry of a receipt's list: { service_id, result? }; no result where it is empty.
void AppendResult(std::string* out, std::string_view service_id, std::string_view result);

/// The receipt as the page sees it: { association_id, customer_id, state, created, updated, undoes?,
/// undone_by?, services, error? }.
void AppendReceipt(std::string* out, std::string_view association_id, const Record& record);
[[nodiscard]] Answer Receipt(int status, std::string_view association_id, const Record& record);

[[nodiscard]] const std::string* FindAssociation(const Context& context, const std::string& id);
/// The association of the id in the path, whoever's it is; a failure if there is none.
[[nodiscard]] Failure LoadAssociation(const Context& context, Record* record);
/// The same, but none that is sealed.
[[nodiscard]] Failure LoadOpen(const Context& context, Record* record);
/// The ids of an association's parts.
[[nodiscard]] std::vector<std::string> PartIds(const Context& context, const std::string& id);
/// Records that the phase changes now.
void SetPhase(const Context& context, std::string_view phase, Record* record);

struct Envelope {
  std::string association_id;
  std::string customer;
  std::string digest;
  std::string undoes;
  bool reassign = false;
  std::vector<std::string> follows;
  std::string_view services;  ///< the raw list
};

/// What the digest ought to be.
[[nodiscard]] std::string DigestOf(const Envelope& envelope);
/// The text that is sent.
[[nodiscard]] std::string EnvelopeText(const Envelope& envelope);
/// Reads an envelope and checks all but its services. On failure the message names the field.
[[nodiscard]] Failure ReadEnvelope(std::string_view text, Envelope* out);

/// From now on the current visit is the customer's; a new one if it was somebody else's (store/visit.h).
void BindVisit(Context& context, std::string_view customer);

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
