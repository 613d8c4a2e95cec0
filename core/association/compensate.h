// The receiver's side of an undo (contract section 6, rule 5).
#ifndef ANON_ASSOCIATION_COMPENSATE_H_
#define ANON_ASSOCIATION_COMPENSATE_H_

#include <string>

#include "association/association.h"

namespace anon {

/// Gives back what the association `envelope.undoes` and its parts had taken, and leaves a mark, so that a
/// copy of it that arrives later has no effect. The window in which something can be undone is the sender's
/// to keep: what was undone there in time may come late. Fails, and changes nothing, for somebody else's
/// association. `*results`: undone, already (it does not hold the service) or conflict (the service is with
/// another customer by now) for each.
[[nodiscard]] Failure ApplyUndo(Context& context, const Envelope& envelope, std::string* results);

}  // namespace anon

#endif  // ANON_ASSOCIATION_COMPENSATE_H_
