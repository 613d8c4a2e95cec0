// In the browser alone.
#include "invariants.h"

#include <algorithm>
#include <set>

#include "model/json.h"
#include "words.h"

namespace anon::model {
namespace {

constexpr std::string_view kHeaders = "Role: local\n";

// The ids that stand under `name` in a list of objects.
std::set<std::string> Ids(std::string_view list, std::string_view name) {
  std::set<std::string> ids;
  if (!IsArray(list)) return ids;
  for (const std::string_view element : Elements(list)) ids.insert(Field(element, name));
  return ids;
}

std::string CheckServices(const Browser::State& state) {
  size_t there = 0;
  for (size_t mark = 0; mark < state.past.started.size(); ++mark) {
    const Past::Started& started = state.past.started[mark];
    if (started.reset) continue;
    ++there;
    const auto found = state.facts.services.find(started.id);
    if (found == state.facts.services.end()) return Name("1: the browser has lost service", started.id);
    if (!IsWhole(found->second, mark)) return Name("1: not whole in the browser: service", started.id);
    const Customer whose = state.past.visits[started.visit];
    const Customer customer = found->second.customer;
    if (whose != Customer::kNone && customer != Customer::kNone && whose != customer) {
      return Name("2: started in a visit of " + Whose(whose) + ", it is " + Whose(customer) + "'s: service",
                  started.id);
    }
  }
  return there == state.facts.services.size() ? "" : "1: the browser has services that were never started";
}

// Whether the customer whose visit it is had the service in an association once, and so may know of it.
bool Held(const Past& past, const std::string& service_id) {
  for (const Past::Made& made : past.made) {
    if (past.SeesReceiptOf(made.customer) && made.before.count(service_id) != 0) return true;
  }
  return false;
}

// What an answer to the page names though it is sealed.
std::string NamedThough(const Browser::State& state, std::string_view body) {
  for (const Past::Made& made : state.past.made) {
    if (!state.past.SeesReceiptOf(made.customer) && body.find(made.id) != std::string::npos) {
      return Name("association", made.id);
    }
  }
  for (const Past::Started& started : state.past.started) {
    const auto found = state.facts.services.find(started.id);
    const bool sealed = found != state.facts.services.end() && !Held(state.past, started.id) &&
                        !state.past.Sees(started, found->second.customer);
    if (sealed && body.find(started.id) != std::string::npos) return Name("service", started.id);
  }
  return {};
}

// What the page can see is what it may.
std::string CheckSight(History* history, const Browser::State& state) {
  std::string problem;
  (void)history->Try(state.store, state.store, [&](Engine& engine) {
    const auto get = [&](const std::string& target) {
      return engine.Execute(Message(0, "GET", target, kHeaders, ""), kNow);
    };
    std::set<std::string> seen = Ids(get("services/anonymous/k").body, "service_id");
    for (const char* customer : {"A", "B"}) {
      seen.merge(Ids(get(std::string("customers/") + customer + "/services").body, "service_id"));
    }
    for (const Past::Started& started : state.past.started) {
      const auto found = state.facts.services.find(started.id);
      const bool sees =
          found != state.facts.services.end() && state.past.Sees(started, found->second.customer);
      const bool by_id = get("services/" + started.id).status == 200;
      if (sees != by_id || sees != (seen.count(started.id) != 0)) {
        problem = Name(sees ? "6: not visible: service" : "6: sealed, and visible: service", started.id);
      }
    }
    const std::set<std::string> receipts = Ids(get("local/associations").body, "association_id");
    for (const auto& [id, association] : state.facts.associations) {
      const bool sees = state.past.SeesReceiptOf(association.customer);
      if (sees != (get("local/associations/" + id).status == 200) ||
          (association.part_of.empty() && sees != (receipts.count(id) != 0))) {
        problem = Name(sees ? "6: not visible: receipt" : "6: sealed, and visible: receipt", id);
      }
    }
    // The outbox gives the oldest that may be sent.
    std::pair<int64_t, std::string> oldest = {INT64_MAX, ""};
    for (const auto& [id, association] : state.facts.associations) {
      if (association.place == 0 || !state.past.SeesReceiptOf(association.customer)) continue;
      oldest = std::min(oldest, {association.place, id});
    }
    const std::string given = Field(get("local/outbox").body, "association_id");
    if (given != oldest.second)
      problem = "6: the outbox gives association " + given + ", not " + oldest.second;
    for (const char* target : {"services/anonymous/k", "customers/A/services", "customers/B/services",
                               "local/associations", "local/outbox"}) {
      const std::string named = NamedThough(state, get(target).body);
      if (!named.empty()) problem = "6: sealed, and named by " + std::string(target) + ": " + named;
    }
    const std::string visit = "{\"visit\":" + std::to_string(state.past.visits.size() - 1) +
                              (state.past.current() == Customer::kNone
                                   ? "}"
                                   : ",\"customer_id\":" + Quoted(IdOf(state.past.current())) + "}");
    if (const std::string shown = get("local/visit").body; shown != visit) {
      problem = "6: the visit is " + shown + ", not " + visit;
    }
  });
  return problem;
}

// Whether a receipt may go from one phase to the other in that operation.
bool MayGo(const Past::Made* made, const std::string& from, const std::string& to, Ask ask) {
  if (from == to) return true;
  const bool open = from == "pending" || from == "sent";
  if (to == "sent") return from == "pending" && ask == Ask::kMarkSent;
  if (to == "undone") return from != "undone" && (ask == Ask::kUndo || (open && ask == Ask::kReceipt));
  if (to == "acknowledged") {
    return ask == Ask::kReceipt &&
           (from == "sent" || (from == "pending" && made != nullptr && made->retried));
  }
  if (to == "rejected") return open && (ask == Ask::kRejected || ask == Ask::kReceipt);
  return to == "pending" && from == "rejected" && ask == Ask::kRetry;
}

std::set<std::string> Keys(const std::map<std::string, std::string>& map) {
  std::set<std::string> keys;
  for (const auto& [key, value] : map) keys.insert(key);
  return keys;
}

// The services that a plan would attach, or would if they are confirmed.
std::set<std::string> ToAttach(std::string_view plan) {
  std::set<std::string> ids;
  for (const Member& member : Members(plan)) {
    if (member.name == "attach" || member.name == "unverified") ids.merge(Ids(member.value, "service_id"));
  }
  return ids;
}

// Undone is as if it had never been, where nothing else has happened to the service since.
std::string CheckUndone(const Browser::State& from, const Browser::State& to, const Past::Made& made) {
  for (const auto& [id, before] : made.before) {
    const auto was = from.facts.services.find(id);
    const auto is = to.facts.services.find(id);
    if (was == from.facts.services.end() || was->second.association != made.id) continue;
    if (is == to.facts.services.end() || is->second.record != before) {
      return Name("3: undone, and not as it was before: service", id);
    }
  }
  return {};
}

}  // namespace

std::string CheckBrowser(History* history, const Browser::State& state) {
  if (std::string problem = CheckServices(state); !problem.empty()) return problem;
  return CheckSight(history, state);
}

std::string CheckAnswer(const Browser::State& state, Ask ask, Customer customer,
                        const std::string& association, int status) {
  if (status >= 300) return {};
  const bool associates = ask == Ask::kAssociate || ask == Ask::kAssociateIds || ask == Ask::kAssociateAs;
  const Customer current = state.past.current();
  if (associates && current != Customer::kNone && current != customer) {
    return "2: in a visit of " + Whose(current) + " something is associated with " + Whose(customer);
  }
  if (ask != Ask::kMarkSent) return {};
  const auto found = state.facts.associations.find(association);
  const bool sealed =
      found != state.facts.associations.end() && !state.past.SeesReceiptOf(found->second.customer);
  return sealed ? Name("6: sealed, and may be sent: association", association) : "";
}

std::string CheckChange(const Browser::State& from, const Browser::State& to, Ask ask, uint32_t argument,
                        const std::string& plan) {
  for (const auto& [id, before] : from.facts.associations) {
    const auto after = to.facts.associations.find(id);
    if (after == to.facts.associations.end()) {
      const bool part = !before.part_of.empty();
      const bool ended = before.phase == "acknowledged" || before.phase == "undone";
      if (ask == Ask::kReset ? ended : part) continue;
      return Name("4: gone from the browser: association", id);
    }
    if (!MayGo(from.past.FindMade(id), before.phase, after->second.phase, ask)) {
      return Name("4: from " + before.phase + " to " + after->second.phase + ": association", id);
    }
  }
  if (ask == Ask::kAssociateAs && from.past.made.size() < to.past.made.size()) {
    if (ToAttach(plan) != Keys(to.past.made.back().before))
      return "2: what is associated is not what was planned";
  }
  if (ask == Ask::kUndo) return CheckUndone(from, to, from.past.made[argument]);
  return {};
}

std::string CheckEnd(const Browser::State& browser) {
  for (const auto& [id, association] : browser.facts.associations) {
    if (association.phase == "pending" || association.phase == "sent" || association.place != 0) {
      return Name("1: never ends: association", id);
    }
    if (!association.undoes.empty() && association.phase != "acknowledged") {
      return Name("3: its undo was accepted here, and not there: association", association.undoes);
    }
  }
  return {};
}

}  // namespace anon::model
