#include "association/association.h"

#include "base/sha256.h"
#include "model/json.h"
#include "model/keys.h"

namespace anon {
namespace {

// How much deeper than in a body of its own an extension of a state stands: { services: [ { active_states: [
// { … } ] } ] }
constexpr int kEnvelopeDepth = 5;

Failure ReadMember(const Member& member, Envelope* out) {
  const auto text = AsString(member.value);
  const auto flag = AsBool(member.value);
  if (member.name == "association_id" && text) {
    out->association_id = *text;
  } else if (member.name == "customer_id" && text) {
    out->customer = *text;
  } else if (member.name == "digest" && text) {
    out->digest = *text;
  } else if (member.name == "undoes" && text) {
    out->undoes = *text;
  } else if (member.name == "reassign" && flag) {
    out->reassign = *flag;
  } else if (member.name == "services" && IsArray(member.value)) {
    out->services = member.value;
  } else if (member.name == "follows" && IsArray(member.value)) {
    for (const std::string_view element : Elements(member.value)) {
      out->follows.push_back(AsString(element).value_or(""));
      if (auto failure = CheckKey("follows", out->follows.back())) return failure;
    }
  } else {
    return Invalid(
        "body: association_id, customer_id, digest, undoes (strings), reassign (true or false), follows and "
        "services (lists) are accepted");
  }
  return std::nullopt;
}

}  // namespace

void AppendResult(std::string* out, std::string_view service_id, std::string_view result) {
  Separate(out);
  *out += '{';
  AppendText(out, "service_id", service_id);
  AppendText(out, "result", result);
  *out += '}';
}

void AppendReceipt(std::string* out, std::string_view association_id, const Record& record) {
  *out += '{';
  AppendText(out, "association_id", association_id);
  AppendText(out, "customer_id", record.Text(Tag::kCustomerId));
  AppendText(out, "state", record.Text(Tag::kPhase));
  AppendTime(out, "created", record.Integer(Tag::kCreated));
  AppendTime(out, "updated", record.Integer(Tag::kUpdated));
  AppendText(out, "undoes", record.Text(Tag::kUndoes));
  AppendText(out, "undone_by", record.Text(Tag::kUndoneBy));
  AppendToken(out, "services", record.Text(Tag::kResults));
  AppendToken(out, "error", record.Text(Tag::kProblem));
  *out += '}';
}

Answer Receipt(int status, std::string_view association_id, const Record& record) {
  Response response = Json(status, {});
  AppendReceipt(&response.body, association_id, record);
  return response;
}

const std::string* FindAssociation(const Context& context, const std::string& id) {
  const Tenant* tenant = context.tenant();
  if (tenant == nullptr) return nullptr;
  const auto found = tenant->associations.find(id);
  return found == tenant->associations.end() ? nullptr : &found->second;
}

Failure LoadAssociation(const Context& context, Record* record) {
  const std::string& id = context.arguments[0];
  const std::string* bytes = FindAssociation(context, id);
  if (bytes == nullptr || !record->Decode(*bytes)) return NotFound("association", id);
  return std::nullopt;
}

Failure LoadOpen(const Context& context, Record* record) {
  if (auto failure = LoadAssociation(context, record)) return failure;
  if (IsSealed(*context.tenant(), record->Text(Tag::kCustomerId))) {
    return NotFound("association", context.arguments[0]);
  }
  return std::nullopt;
}

std::vector<std::string> PartIds(const Context& context, const std::string& id) {
  std::vector<std::string> parts;
  const Tenant* tenant = context.tenant();
  if (tenant == nullptr) return parts;
  const std::string prefix = id + '.';
  for (auto at = tenant->associations.lower_bound(prefix); at != tenant->associations.end(); ++at) {
    if (at->first.compare(0, prefix.size(), prefix) != 0) break;
    parts.push_back(at->first);
  }
  return parts;
}

void SetPhase(const Context& context, std::string_view phase, Record* record) {
  record->Set(Tag::kPhase, phase);
  record->SetInteger(Tag::kUpdated, context.now());
}

std::string DigestOf(const Envelope& envelope) {
  std::string text = Joined(envelope.association_id, "\n", envelope.customer, "\n", envelope.undoes, "\n",
                            envelope.reassign ? "reassign\n" : "\n");
  for (const std::string& id : envelope.follows) Append(&text, id, "\n");
  text += envelope.services;
  return Hex(Sha256(text));
}

std::string EnvelopeText(const Envelope& envelope) {
  std::string out = "{";
  AppendText(&out, "association_id", envelope.association_id);
  AppendText(&out, "customer_id", envelope.customer);
  AppendText(&out, "digest", DigestOf(envelope));
  AppendText(&out, "undoes", envelope.undoes);
  if (envelope.reassign) AppendToken(&out, "reassign", "true");
  if (!envelope.follows.empty()) {
    AppendToken(&out, "follows", "[");
    for (const std::string& id : envelope.follows) {
      Separate(&out);
      AppendQuoted(&out, id);
    }
    out += ']';
  }
  AppendToken(&out, "services", envelope.services);
  return out + '}';
}

Failure ReadEnvelope(std::string_view text, Envelope* out) {
  Members members;
  if (auto failure = ParseObject(text, "body", &members, kMaxDepth + kEnvelopeDepth)) return failure;
  for (const Member& member : members) {
    if (auto failure = ReadMember(member, out)) return failure;
  }
  if (auto failure = CheckKey("association_id", out->association_id)) return failure;
  if (auto failure = CheckCustomerId(out->customer)) return failure;
  if (!out->undoes.empty()) {
    if (auto failure = CheckKey("undoes", out->undoes)) return failure;
  }
  const size_t services = Elements(out->services).size();
  if (services == 0) return Invalid("services: a list of at least one service is expected");
  if (services > kMostServices || out->follows.size() > kMostServices) {
    return TooLarge("services, follows: at most 1000 are accepted");
  }
  if (out->digest != DigestOf(*out)) {
    return Invalid("digest: not that of this association; nothing was applied");
  }
  return std::nullopt;
}

}  // namespace anon
