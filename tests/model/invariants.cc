#include "invariants.h"

#include <algorithm>
#include <set>

#include "model/json.h"

namespace anon::model {
namespace {

constexpr std::string_view kHeaders = "Role: local\n";

std::string Name(std::string_view what, std::string_view id) {
  return std::string(what) + ' ' + std::string(id);
}

// The association that an id belongs to: parts have a point and a number behind its id.
std::string WholeOf(const std::string& id) { return id.substr(0, id.find('.')); }

std::string Whose(Customer customer) {
  return customer == Customer::kNone ? "nobody" : std::string(IdOf(customer));
}

// The ids that stand under `name` in a list of objects.
std::set<std::string> Ids(std::string_view list, std::string_view name) {
  std::set<std::string> ids;
  if (!IsArray(list)) return ids;
  for (const std::string_view element : Elements(list)) ids.insert(Field(element, name));
  return ids;
}

bool IsWhole(const ServiceFact& service, size_t mark) {
  return service.mark == std::to_string(mark) && service.states == 1;
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

// What an answer to the page names though it is sealed. The associations that an envelope follows do not
// count: by them the receiver knows that a service comes back to it from where it had come before.
std::string NamedThough(const Browser::State& state, std::string body) {
  if (const size_t follows = body.find("\"follows\":["); follows != std::string::npos) {
    body.erase(follows, body.find(']', follows) - follows);
  }
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

// Whether the server has taken an association in, and has not undone it: the results, by service id. A
// service can have two, if the association went out whole and in parts.
std::multimap<std::string, std::string> InEffect(const Facts& server, const std::string& id) {
  std::multimap<std::string, std::string> results;
  for (const auto& [one, association] : server.associations) {
    if (WholeOf(one) == id && association.phase == "acknowledged") {
      results.insert(association.results.begin(), association.results.end());
    }
  }
  return results;
}

// Whether the server has been told to undo something that held the service.
bool EverUndone(const Facts& server, const std::string& service_id) {
  for (const auto& [id, association] : server.associations) {
    if (!association.undoes.empty() && association.results.count(service_id) != 0) return true;
  }
  return false;
}

// Whether somebody else had the service in an association too.
bool Shared(const Past& past, const std::string& service_id, Customer customer) {
  return std::any_of(past.made.begin(), past.made.end(), [&](const Past::Made& made) {
    return made.customer != customer && made.before.count(service_id) != 0;
  });
}

std::string CheckAcknowledged(const Past& past, const std::string& id, const AssociationFact& here,
                              const Server::State& state) {
  const Facts& server = state.facts;
  const auto results = InEffect(server, id);
  for (const auto& [service_id, result] : here.results) {
    if (result == "conflict" && state.moved.empty() && !Shared(past, service_id, here.customer)) {
      return Name("1: left with somebody else, and there was nobody else: service", service_id);
    }
    const auto [begin, end] = results.equal_range(service_id);
    const bool there = std::any_of(begin, end, [&](const auto& one) { return one.second == result; });
    const bool undone = EverUndone(server, service_id);
    if (!undone && !there) {
      return Name("4: acknowledged, and the server has it otherwise: association", id);
    }
    if (result == "conflict" || undone || !here.undoes.empty() || service_id == state.moved) continue;
    const auto service = server.services.find(service_id);
    if (service == server.services.end() || service->second.customer != here.customer) {
      return Name("1: acknowledged, and not " + Whose(here.customer) + "'s at the server: service",
                  service_id);
    }
  }
  return {};
}

// An association that is undone here: withdrawn, or by another one that goes to the server.
std::string CheckUndoneBoth(const std::string& id, const AssociationFact& here, const Facts& browser,
                            const Server::State& state) {
  const Facts& server = state.facts;
  const auto results = InEffect(server, id);
  if (here.undone_by.empty()) {
    return results.empty() ? "" : Name("3: withdrawn, and has taken effect: association", id);
  }
  const auto undo = browser.associations.find(here.undone_by);
  if (undo == browser.associations.end() || undo->second.phase != "acknowledged") return {};
  if (!results.empty()) return Name("3: its undo was acknowledged, and it is in effect: association", id);
  for (const auto& [service_id, result] : here.results) {
    const auto service = server.services.find(service_id);
    if (service == server.services.end() || service->second.customer != here.customer) continue;
    if (service_id == state.moved) continue;
    bool other = false;
    for (const auto& [one, association] : server.associations) {
      const auto found = association.results.find(service_id);
      other = other || (association.phase == "acknowledged" && association.undoes.empty() &&
                        found != association.results.end() && found->second != "conflict");
    }
    if (!other)
      return Name("3: its association was undone, and it is still the customer's: service", service_id);
  }
  return {};
}

// What was associated is there as it was sent.
std::string CheckContent(const Facts& server, const std::map<std::string, std::string>& results,
                         std::string_view envelope) {
  for (const Member& member : Members(envelope)) {
    if (member.name != "services") continue;
    for (const std::string_view sent : Elements(member.value)) {
      const std::string id = Field(sent, "service_id");
      const auto result = results.find(id);
      if (result == results.end()) return Name("4: without a result: service", id);
      if (result->second != "associated") continue;
      const auto there = server.services.find(id);
      if (there == server.services.end()) return Name("1: associated, and not there: service", id);
      for (const Member& field : Members(sent)) {
        const bool differs = (field.name == "Mark" && there->second.mark != field.value) ||
                             (field.name == "Note" && there->second.note != field.value);
        if (differs) return Name("1: not there as it was sent: service", id);
      }
    }
  }
  return {};
}

// What the server holds against what was promised in the browser.
std::string CheckServerAgainst(const Past& past, const Facts& browser, const Server::State& state) {
  const Facts& server = state.facts;
  for (const auto& [id, association] : server.associations) {
    const std::string whole = WholeOf(id);
    const Past::Made* made = past.FindMade(whole);
    if (made == nullptr) return Name("2: at the server, and never made: association", id);
    if (made->customer != association.customer || past.visits[made->visit] != association.customer) {
      return Name("2: made for " + Whose(made->customer) + ", and " + Whose(association.customer) +
                      "'s at the server: association",
                  id);
    }
    const auto here = browser.associations.find(whole);
    const bool in_effect = association.phase == "acknowledged";
    if (here == browser.associations.end() || !in_effect) continue;
    if (here->second.phase == "pending" && !made->retried) {
      return Name("4: never marked as sent, and at the server: association", id);
    }
  }
  for (const auto& [id, service] : server.services) {
    const Past::Started* started = past.FindStarted(id);
    if (started == nullptr) return Name("1: at the server, and never started: service", id);
    if (!IsWhole(service, static_cast<size_t>(started - past.started.data()))) {
      return Name("1: not whole at the server: service", id);
    }
    const Customer whose = past.visits[started->visit];
    if (id == state.moved) continue;
    if (whose != Customer::kNone && service.customer != Customer::kNone && whose != service.customer) {
      return Name("2: started in a visit of " + Whose(whose) + ", at the server it is " +
                      Whose(service.customer) + "'s: service",
                  id);
    }
  }
  return {};
}

}  // namespace

std::string CheckBrowser(History* history, const Browser::State& state) {
  if (std::string problem = CheckServices(state); !problem.empty()) return problem;
  return CheckSight(history, state);
}

std::string CheckMark(const Browser::State& state, const std::string& association, int status) {
  const auto found = state.facts.associations.find(association);
  const bool sealed =
      found != state.facts.associations.end() && !state.past.SeesReceiptOf(found->second.customer);
  return sealed && status == 200 ? Name("6: sealed, and may be sent: association", association) : "";
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

std::string CheckDelivery(const Server::State& from, const Server::State& to, bool same,
                          const std::string& association, Customer credentials, std::string_view envelope,
                          const Response& response) {
  if (response.status != 200)
    return same ? "" : Name("3: refused, and has taken effect: association", association);
  const auto before = from.answers.find(association);
  const auto known = from.facts.associations.find(association);
  const bool undone = known != from.facts.associations.end() && known->second.phase == "undone";
  if (before != from.answers.end() || undone) {
    if (!same) return Name("3: has taken effect again: association", association);
    if (!undone && before->second != response.body) {
      return Name("3: a repeat is answered otherwise: association", association);
    }
  }
  const bool undoes = !Field(envelope, "undoes").empty();
  const auto results = ResultsOf(response.body.substr(response.body.find('['))
                                     .substr(0, response.body.size() - 1 - response.body.find('[')));
  if (!undoes && !same) {
    if (std::string problem = CheckContent(to.facts, results, envelope); !problem.empty()) return problem;
  }
  for (const auto& [id, service] : to.facts.services) {
    const auto was = from.facts.services.find(id);
    if (was != from.facts.services.end() && was->second.record == service.record) continue;
    const bool changes = was == from.facts.services.end() || was->second.customer != service.customer;
    const bool gives_back = undoes && service.customer == Customer::kNone;
    if (changes && service.customer != credentials && !gives_back) {
      return Name("2: came with the credentials of " + Whose(credentials) + ", and is now " +
                      Whose(service.customer) + "'s: service",
                  id);
    }
    if (was != from.facts.services.end() && was->second.customer != Customer::kNone &&
        was->second.customer != credentials) {
      return Name("2: taken from " + Whose(was->second.customer) + ": service", id);
    }
  }
  return from.facts.services.size() <= to.facts.services.size() ? "" : "1: the server has lost a service";
}

std::string CheckBoth(const Browser::State& browser, const Server::State& server) {
  std::string problem = CheckServerAgainst(browser.past, browser.facts, server);
  for (const auto& [id, here] : browser.facts.associations) {
    if (!problem.empty()) break;
    if (here.part_of.empty() && here.phase == "acknowledged")
      problem = CheckAcknowledged(browser.past, id, here, server);
    if (here.phase == "undone") problem = CheckUndoneBoth(id, here, browser.facts, server);
  }
  return problem;
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
