#include "association/association.h"

#include "base/sha256.h"
#include "model/instant.h"
#include "model/json.h"

namespace anon {

std::string DigestOf(std::string_view services) { return Hex(Sha256(services)); }

void AppendReceipt(std::string* out, std::string_view association_id, const Record& record) {
  *out += "{\"association_id\":";
  AppendQuoted(out, association_id);
  *out += ",\"customer_id\":";
  AppendQuoted(out, record.Text(Tag::kCustomerId));
  *out += ",\"state\":";
  AppendQuoted(out, record.Text(Tag::kPhase));
  *out += ",\"created\":";
  AppendQuoted(out, FormatInstant(record.Integer(Tag::kCreated).value_or(0)));
  *out += ",\"services\":";
  *out += record.Text(Tag::kResults);
  if (record.Has(Tag::kProblem)) {
    *out += ",\"error\":";
    *out += record.Text(Tag::kProblem);
  }
  *out += '}';
}

}  // namespace anon
