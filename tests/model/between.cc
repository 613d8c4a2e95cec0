// At the server, and between the two sides.
#include <algorithm>

#include "invariants.h"
#include "model/json.h"
#include "words.h"

namespace anon::model {
namespace {

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

}  // namespace anon::model
